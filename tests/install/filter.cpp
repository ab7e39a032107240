#include <cstdio>
#include <hourglass/hourglass.hpp>
#include <string>
#include <vector>

// filter VERB MODEL < floats > floats: everything in one call. Scores are doubles.

namespace {

std::vector<float> read_all() {
  std::vector<float> values(size_t{1} << 24);
  values.resize(std::fread(values.data(), sizeof(float), values.size(), stdin));
  return values;
}

void write(const auto& values) { std::fwrite(values.data(), sizeof values[0], values.size(), stdout); }

std::vector<float> result(const std::string& verb, const hourglass::Model& model, const std::vector<float>& in) {
  std::vector<float> out;
  if (verb == "encode") {
    out.resize(in.size() / model.inputs() * model.code_size());
    model.encode(in, out);
  } else if (verb == "decode") {
    out.resize(in.size() / model.code_size() * model.inputs());
    model.decode(in, out);
  } else {
    out.resize(in.size());
    model.reconstruct(in, out);
  }
  return out;
}

}  // namespace

int main(int, char** words) {
  try {
    const std::string verb = words[1];
    const auto model = hourglass::Model::load(words[2]);
    const auto in = read_all();
    if (verb == "score") {
      std::vector<double> scores(in.size() / model.inputs());
      model.score(in, scores);
      write(scores);
    } else {
      write(result(verb, model, in));
    }
    return 0;
  } catch (const hourglass::Error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return e.status();
  }
}
