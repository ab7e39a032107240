// Writes the data that models are tried on: 8 images of the repository's sample, rows of numbers, and the same with
// missing values.
//   node data.mjs SAMPLE FOLDER
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

const [sample, folder] = process.argv.slice(2);
const kRows = 8;
const kColumns = 12;

/** The first rows of an IDX file of 28 × 28 images. */
function images(file) {
  const bytes = Buffer.from(gunzipSync(readFileSync(file)).subarray(0, 16 + kRows * 28 * 28));
  bytes.writeUInt32BE(kRows, 4);
  return bytes;
}

/** A column that is constant, one far from 0, one almost constant, one of whole numbers; waves elsewhere. */
function value(row, column) {
  if (column === 0) return 7.5;
  const wave = Math.sin(1 + row * (column + 0.37)) + 0.3 * Math.cos(row * row + column);
  if (column === 1) return 1000 + 50 * wave;
  if (column === 2) return 1 + 1e-3 * wave;
  return column === 3 ? Math.round(3 * wave) : wave;
}

/** An f32 .npy file. */
function npy(at) {
  const values = Float32Array.from({ length: kRows * kColumns }, (_, i) => at(Math.floor(i / kColumns), i % kColumns));
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${kRows}, ${kColumns}), }`.padEnd(117) + "\n";
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00\x76\x00" + header, "latin1"), Buffer.from(values.buffer)]);
}

const write = (name, bytes) => writeFileSync(path.join(folder, name), bytes);
write("images-idx3-ubyte", images(path.join(sample, "t10k-images-idx3-ubyte.gz")));
write("table.npy", npy(value));
write("holes.npy", npy((row, column) => ((5 * row + column) % 17 ? value(row, column) : NaN)));
