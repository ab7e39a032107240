#include <cstdio>
#include <hourglass/hourglass.hpp>
#include <vector>

// encode MODEL < rows > codes: floats without a header, 256 rows at a time.
int main(int, char** words) {
  const auto model = hourglass::Model::load(words[1]);
  std::vector<float> rows(256 * model.inputs()), codes(256 * model.code_size());
  while (const auto n = std::fread(rows.data(), model.inputs() * sizeof(float), 256, stdin)) {
    model.encode(std::span(rows).first(n * model.inputs()), std::span(codes).first(n * model.code_size()));
    std::fwrite(codes.data(), model.code_size() * sizeof(float), n, stdout);
  }
}
