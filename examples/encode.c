#include <hourglass/hourglass.h>
#include <stdio.h>
#include <stdlib.h>

/* encode MODEL < rows > codes: floats without a header, 256 rows at a time. */
int main(int argc, char** argv) {
  hourglass_model* model;
  if (argc != 2 || hourglass_load(argv[1], &model) != HOURGLASS_OK) {
    fprintf(stderr, "%s\n", argc == 2 ? hourglass_error() : "usage: encode MODEL < rows > codes");
    return 2;
  }
  const size_t row = hourglass_inputs(model) * sizeof(float), code = hourglass_code_size(model) * sizeof(float);
  float *rows = malloc(256 * row), *codes = malloc(256 * code);
  for (size_t n; rows && codes && (n = fread(rows, row, 256, stdin)) > 0;) {
    if (hourglass_encode(model, rows, n, codes) != HOURGLASS_OK) {
      fprintf(stderr, "%s\n", hourglass_error());
      return 1;
    }
    fwrite(codes, code, n, stdout);
  }
  free(codes);
  free(rows);
  hourglass_free(model);
  return 0;
}
