// Runs exported models in ONNX Runtime and compares what they give with what the program wrote.
//   node run.mjs FOLDER…
// A folder holds autoencoder.onnx, encoder.onnx, decoder.onnx, data (the path of an IDX file of images or a .npy file),
// and the program's reconstruction.npy, code.npy, decoded.npy (from code.npy) and, where the
// model has a threshold, score.npy.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import ort from "onnxruntime-node";

const kTolerance = 1e-5;
const kArrays = { "<f4": Float32Array, "<f8": Float64Array };

/** The numbers of a little-endian .npy file and their shape. */
function npy(file) {
  const bytes = readFileSync(file);
  const end = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, end);
  const values = new kArrays[header.match(/'descr': '([^']*)'/)[1]](bytes.buffer.slice(bytes.byteOffset + end, bytes.byteOffset + bytes.length));
  const dims = header.match(/\(([^)]*)\)/)[1].split(",").map(Number).filter((n) => n > 0);
  return new ort.Tensor("float32", Float32Array.from(values), dims);
}

/** The images of an IDX file, one channel, 0 to 255 as stored. */
function idx(file) {
  const bytes = readFileSync(file);
  const dims = [0, 1, 2].map((axis) => bytes.readUInt32BE(4 + 4 * axis));
  return new ort.Tensor("float32", Float32Array.from(bytes.subarray(16)), [dims[0], 1, dims[1], dims[2]]);
}

/** Row `index` alone. */
function row(tensor, index) {
  const size = tensor.data.length / tensor.dims[0];
  return new ort.Tensor("float32", tensor.data.slice(index * size, (index + 1) * size), [1, ...tensor.dims.slice(1)]);
}

/** The largest difference, relative to the largest number of its column (of all rows, b's) where that is above 1. */
function difference(a, b) {
  if (a.data.length !== b.data.length || !b.data.length) throw new Error(`shape ${a.dims}, expected ${b.dims}`);
  const columns = b.data.length / b.dims[0];
  const largest = new Float64Array(columns).fill(1);
  b.data.forEach((v, i) => (largest[i % columns] = Math.max(largest[i % columns], Math.abs(v))));
  return a.data.reduce((worst, v, i) => {
    const d = Math.abs(v - b.data[i]) / largest[i % columns];
    return Number.isNaN(d) ? Infinity : Math.max(worst, d);
  }, 0);
}

/** What differs how much, by name. */
async function compare(folder) {
  const at = (name) => path.join(folder, name);
  const data = readFileSync(at("data"), "utf8").trim();
  const input = data.endsWith(".npy") ? npy(data) : idx(data);
  const session = async (part) => ort.InferenceSession.create(at(`${part}.onnx`), { intraOpNumThreads: 1 });
  const autoencoder = await session("autoencoder");
  const whole = await autoencoder.run({ input });
  const alone = await autoencoder.run({ input: row(input, 3) });
  if (existsSync(at("score.npy")) !== ("score" in whole)) throw new Error(`outputs ${Object.keys(whole)}`);
  const { code } = await (await session("encoder")).run({ input });
  const { reconstruction: decoded } = await (await session("decoder")).run({ code: npy(at("code.npy")) });
  return {
    code: difference(code, npy(at("code.npy"))),
    reconstruction: difference(whole.reconstruction, npy(at("reconstruction.npy"))),
    decoded: difference(decoded, npy(at("decoded.npy"))),
    "one row": difference(alone.reconstruction, row(whole.reconstruction, 3)),
    ...(whole.score && { score: difference(whole.score, npy(at("score.npy"))) }),
  };
}

const folders = process.argv.slice(2);
const worst = {};
let failed = 0;
for (const folder of folders) {
  const found = await compare(folder).catch((error) => ({ [error.message]: Infinity }));
  const wrong = Object.values(found).some((d) => !(d < kTolerance));
  failed += wrong;
  for (const [name, d] of Object.entries(found)) worst[name] = Math.max(worst[name] ?? 0, d);
  console.log(`${wrong ? "WRONG" : "ok   "} ${path.basename(folder, ".out")}: ${words(found)}`);
}
console.log(`${folders.length} models in ONNX Runtime, ${failed} differ by ${kTolerance} or more; the most: ${words(worst)}`);
process.exit(failed || !folders.length ? 1 : 0);

function words(differences) {
  return Object.entries(differences).map(([name, d]) => `${name} ${d.toExponential(1)}`).join(", ");
}
