// Runs exported models in ONNX Runtime and compares what they give with what the program wrote.
//   node run.mjs DATA FOLDER…
// A folder holds autoencoder.onnx, encoder.onnx, decoder.onnx, the program's reconstruction.npy, code.npy, decoded.npy
// (from code.npy), metrics.json, and perhaps data.npy, which is then taken for DATA.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import ort from "onnxruntime-node";

const kTolerance = 1e-5;
const [data, ...folders] = process.argv.slice(2);

/** The tensor of a little-endian f32 .npy file. */
function npy(file) {
  const bytes = readFileSync(file);
  const end = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, end);
  if (!header.includes("'<f4'")) throw new Error(`${file}: not f32: ${header}`);
  const dims = header.match(/\(([^)]*)\)/)[1].split(",").map(Number).filter((n) => n > 0);
  return new ort.Tensor("float32", new Float32Array(bytes.buffer.slice(bytes.byteOffset + end, bytes.byteOffset + bytes.length)), dims);
}

/** The images of a gzipped IDX file, one channel, 0 to 255 as stored. */
function idx(file) {
  const bytes = gunzipSync(readFileSync(file));
  const dims = [0, 1, 2].map((axis) => bytes.readUInt32BE(4 + 4 * axis));
  return new ort.Tensor("float32", Float32Array.from(bytes.subarray(16)), [dims[0], 1, dims[1], dims[2]]);
}

/** Row `index` alone. */
function row(tensor, index) {
  const size = tensor.data.length / tensor.dims[0];
  return new ort.Tensor("float32", tensor.data.slice(index * size, (index + 1) * size), [1, ...tensor.dims.slice(1)]);
}

/** The largest difference, relative where numbers are larger than 1. */
function difference(a, b) {
  if (a.data.length !== b.data.length) throw new Error(`shape ${a.dims}, expected ${b.dims}`);
  return a.data.reduce((worst, v, i) => {
    const d = Math.abs(v - b.data[i]) / Math.max(1, Math.abs(b.data[i]));
    return Number.isNaN(d) ? Infinity : Math.max(worst, d);
  }, 0);
}

const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;

/** What differs how much, by name. */
async function compare(folder) {
  const at = (name) => path.join(folder, name);
  const input = existsSync(at("data.npy")) ? npy(at("data.npy")) : idx(data);
  const sessions = {};
  for (const part of ["autoencoder", "encoder", "decoder"]) sessions[part] = await ort.InferenceSession.create(at(`${part}.onnx`));
  const whole = await sessions.autoencoder.run({ input });
  const alone = await sessions.autoencoder.run({ input: row(input, 3) });
  const { code } = await sessions.encoder.run({ input });
  const { reconstruction: decoded } = await sessions.decoder.run({ code: npy(at("code.npy")) });
  const mse = JSON.parse(readFileSync(at("metrics.json"), "utf8")).mse;
  return {
    reconstruction: difference(whole.reconstruction, npy(at("reconstruction.npy"))),
    code: difference(code, npy(at("code.npy"))),
    decoded: difference(decoded, npy(at("decoded.npy"))),
    score: Math.abs(mean(whole.score.data) - mse) / Math.max(1, mse),
    "one row": difference(alone.reconstruction, row(whole.reconstruction, 3)),
    "its score": difference(alone.score, row(whole.score, 3)),
  };
}

let failed = 0;
for (const folder of folders) {
  const found = await compare(folder).catch((error) => ({ [error.message]: Infinity }));
  const wrong = Object.entries(found).filter(([, d]) => !(d < kTolerance));
  failed += wrong.length > 0;
  const worst = Object.entries(found).map(([name, d]) => `${name} ${d.toExponential(1)}`);
  console.log(`${wrong.length ? "WRONG " : "ok    "}${path.basename(folder)}: ${worst.join(", ")}`);
}
console.log(`${folders.length} models in ONNX Runtime, ${failed} differ by more than ${kTolerance}`);
process.exit(failed || !folders.length ? 1 : 0);
