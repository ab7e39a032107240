// Opens reports as a reader does, wide and narrow, in light and dark, and on paper; fails when something is amiss.
//   node look.mjs CHROMIUM PAGE… [--screenshots FOLDER]
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, ...rest] = process.argv.slice(2);
const option = rest.indexOf("--screenshots");
const screenshots = option < 0 ? null : rest[option + 1];
const pages = option < 0 ? rest : rest.slice(0, option);

const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const problems = [];

/** What a reader would stumble over, found inside the page. */
function inspect() {
  const found = [];
  for (const image of document.images)
    if (!image.complete || image.naturalWidth === 0) found.push(`broken image: ${image.alt}`);
  for (const image of document.images) if (!image.alt) found.push("an image without alternative text");
  for (const svg of document.querySelectorAll("figure svg"))
    if (svg.getBoundingClientRect().height < 100) found.push(`a plot of no height: ${svg.textContent.slice(0, 40)}`);
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`${scrollWidth} pixels wide in a window of ${clientWidth}`);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  if (new Set(ids).size !== ids.length) found.push("an id is used twice");
  for (const use of document.querySelectorAll("use")) {
    const target = use.getAttribute("xlink:href") ?? use.getAttribute("href");
    if (!document.querySelector(target)) found.push(`nothing is called ${target}`);
  }
  const beyond = (inner, outer) =>
    inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
  const overlap = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  for (const element of document.querySelectorAll("body *"))
    if (getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1)
      found.push(`cut off: ${element.textContent.slice(0, 60)}`);
  for (const svg of document.querySelectorAll("figure svg")) {
    const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim());
    const box = svg.getBoundingClientRect();
    for (const text of texts)
      if (beyond(text.getBoundingClientRect(), box)) found.push(`cut off in a plot: ${text.textContent}`);
    const grid = [...svg.querySelectorAll('[stroke="rgb(221, 221, 221)"]')].map((line) => line.getBoundingClientRect());
    for (const text of svg.querySelectorAll('[id*="gnuplot_plot_"] text'))
      if (grid.some((line) => overlap(text.getBoundingClientRect(), line)))
        found.push(`in the way of a curve: ${text.textContent}`);
    // Neither slanted texts nor labels at the places of a map, which may be close to each other.
    const free = (text) => text.closest('[font-size^="17"]') || text.parentNode.getAttribute("transform")?.includes("rotate");
    const level = texts.filter((text) => !free(text));
    level.forEach((one, i) => {
      for (const other of level.slice(i + 1))
        if (overlap(one.getBoundingClientRect(), other.getBoundingClientRect()))
          found.push(`one over the other: ${one.textContent}, ${other.textContent}`);
    });
  }
  if (!document.querySelector("h1")?.textContent) found.push("no heading");
  if (document.querySelectorAll("figure").length < 5) found.push("hardly a figure");
  return found;
}

/** Lightness of the paper and of a plot's letters, 0 to 255. */
function shades() {
  const lightness = (colour) => colour.match(/[\d.]+/g).slice(0, 3).reduce((sum, v) => sum + Number(v) / 3, 0);
  return {
    paper: lightness(getComputedStyle(document.body).backgroundColor),
    text: lightness(getComputedStyle(document.body).color),
    letters: lightness(getComputedStyle(document.querySelector("figure svg text")).fill),
  };
}

function judgeShades(scheme, { paper, text, letters }) {
  const right = scheme === "dark" ? paper < 60 && text > 180 && letters > 180 : paper > 200 && text < 80 && letters < 80;
  return right ? [] : [`${scheme}: paper ${paper}, text ${text}, letters of plots ${letters}`];
}

async function look(browser, file, size, colorScheme) {
  const found = [];
  const context = await browser.newContext({ viewport: sizes[size], colorScheme, offline: true });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) found.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => found.push(`error: ${error.message}`));
  const address = pathToFileURL(path.resolve(file)).href;
  page.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("data:")) found.push(`asks for ${request.url()}`);
  });
  await page.goto(address, { waitUntil: "load" });
  found.push(...(await page.evaluate(inspect)), ...judgeShades(colorScheme, await page.evaluate(shades)));
  if (screenshots) {
    const name = `${path.basename(path.dirname(file))}-${size}-${colorScheme}.png`;
    await page.screenshot({ path: path.join(screenshots, name), fullPage: true });
  }
  if (size === "desktop") found.push(...(await print(page, colorScheme, file)));
  await context.close();
  for (const problem of found) problems.push(`${file}, ${size}, ${colorScheme}: ${problem}`);
}

/** On paper everything is black on white, whatever the screen has. */
async function print(page, colorScheme, file) {
  const paper = screenshots ? path.join(screenshots, `${path.basename(path.dirname(file))}-${colorScheme}.pdf`) : undefined;
  const pdf = await page.pdf({ path: paper, format: "A4", printBackground: true });
  await page.emulateMedia({ media: "print", colorScheme });
  const found = judgeShades("light", await page.evaluate(shades));
  return pdf.length > 10000 ? found : [...found, "nothing to print"];
}

if (screenshots) await mkdir(screenshots, { recursive: true });
const sandbox = process.getuid() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({ executablePath, args: sandbox });
for (const file of pages)
  for (const size of Object.keys(sizes))
    for (const colorScheme of ["light", "dark"]) await look(browser, file, size, colorScheme);
await browser.close();

for (const problem of problems) console.error(problem);
console.log(`${pages.length} reports, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
