#include "hourglass/model/model_card.h"

#include <gtest/gtest.h>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/hash.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

const std::string kWeights = "not really weights";
const std::string kCard = R"(description = "A model"
recipe = "small"
data = "mnist, test split, 10,000 images"
seed = 7
command = "hourglass train small --seed 7"
evaluation = "hourglass eval card --metrics mse"
hourglass = "0.1.0"
sha256 = ")" + sha256_hex(kWeights) +
                          R"("

[metrics]
mse = 1
bce = 0.25
)";

class ModelCards : public testing::Test {
 protected:
  ModelCard read(const std::string& text) const {
    write_file_atomically(file("card.toml"), text);
    return read_card(file("card.toml"));
  }
  /// What is said about the card with one text in it replaced.
  std::string complaint(const std::string& from, const std::string& to) const {
    std::string text = kCard;
    text.replace(text.find(from), from.size(), to);
    return message_of<Error>([&] { read(text); });
  }
  std::string place() const { return file("card.toml"); }
  std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }

 private:
  TemporaryFolder folder_;
};

TEST_F(ModelCards, AreRead) {
  const ModelCard card = read(kCard);
  EXPECT_EQ(card.name, "card");
  EXPECT_EQ(card.weights, file("card.safetensors"));
  EXPECT_EQ(card.recipe, "small");
  EXPECT_EQ(card.seed, 7u);
  EXPECT_EQ(card.evaluation, "hourglass eval card --metrics mse");
  EXPECT_EQ(card.metrics, (decltype(card.metrics){{"mse", 1.0}, {"bce", 0.25}}));
}

TEST_F(ModelCards, QuoteBceBeforeMse) {
  EXPECT_EQ(read(kCard).headline().first, "bce");
  EXPECT_EQ(read(kCard.substr(0, kCard.find("bce"))).headline().first, "mse");
}

TEST_F(ModelCards, AreRefusedWithoutAnyOfTheirKeys) {
  for (const std::string key :
       {"description", "recipe", "data", "seed", "command", "evaluation", "hourglass", "sha256"}) {
    const size_t start = kCard.find(key + " = ");
    const std::string line = kCard.substr(start, kCard.find('\n', start) - start);
    EXPECT_EQ(complaint(line, ""), place() + ": \"" + key + "\" is missing");
  }
  EXPECT_EQ(complaint(kCard.substr(kCard.find("[metrics]")), ""), place() + ": \"metrics\" is missing");
}

TEST_F(ModelCards, AreRefusedByLineAndKey) {
  EXPECT_EQ(complaint("recipe", "recipie"),
            place() + ":2:1: unknown section or key \"recipie\"; did you mean \"recipe\"?");
  EXPECT_EQ(complaint("seed = 7", "seed = 'x'"), place() + ":4:8: seed: expected an integer, found text \"x\"");
  EXPECT_EQ(complaint("bce = 0.25", "bce = nan"), place() + ":12:7: metrics.bce: expected a finite number, found nan");
  EXPECT_EQ(complaint("[metrics]", "[metrics.test]"),
            place() + ":10:1: metrics.test: expected a number, found a table");
  EXPECT_EQ(complaint("[metrics]\nmse = 1\nbce = 0.25", "metrics = 3"),
            place() + ":10:11: metrics: expected a table, found 3");
  EXPECT_EQ(complaint("mse = 1\nbce", "fvu"), place() + ": metrics: expected bce or mse among them");
  EXPECT_EQ(complaint(sha256_hex(kWeights), std::string(64, 'g')),
            place() + ": sha256: expected 64 lower-case hexadecimal digits");
}

TEST_F(ModelCards, KnowTheirWeights) {
  const ModelCard card = read(kCard);
  const std::string weights = file("card.safetensors");
  EXPECT_EQ(message_of<Error>([&] { verify_weights(card); }).find(weights), 0u) << "not there";
  write_file_atomically(weights, kWeights);
  verify_weights(card);
  write_file_atomically(weights, kWeights + "!");
  EXPECT_EQ(message_of<Error>([&] { verify_weights(card); }),
            weights + ": damaged, or not the weights of its card: its SHA-256 is " + sha256_hex(kWeights + "!") +
                ", expected " + card.sha256);
}

TEST_F(ModelCards, AreNamedInOrder) {
  EXPECT_TRUE(card_names(file("nowhere")).empty());
  for (const char* name : {"b.toml", "a.toml", "a.safetensors", "README.md"}) write_file_atomically(file(name), "");
  EXPECT_EQ(card_names(file("")), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace hourglass
