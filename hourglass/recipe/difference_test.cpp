#include "hourglass/recipe/difference.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hourglass {
namespace {

const std::string kText =
    "description = 'a'\n[data]\nsource = 'x.csv'\n"
    "[model]\nencoder = [{ dense = 8 }, 'relu', { dense = 2 }]\ndecoder = [{ dense = 'input' }]\n";

std::vector<std::string> differences(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::vector<std::string> texts;
  for (const auto& [key, from, to] :
       recipe_differences(parse_recipe(kText, "r", before), parse_recipe(kText, "r", after)))
    texts.push_back(fmt::format("{}: {} | {}", key, from, to));
  return texts;
}

using Texts = std::vector<std::string>;

TEST(RecipeDifferences, NamesEachKeyWithBothValues) {
  EXPECT_EQ(differences({}, {}), Texts{});
  EXPECT_EQ(differences({}, {"train.epochs=6", "data.scale=minmax"}),
            (Texts{"data.scale: \"unit\" | \"minmax\"", "train.epochs: 10 | 6"}));
  EXPECT_EQ(differences({"description=a"}, {"description=b"}), Texts{}) << "it does not change the training";
}

TEST(RecipeDifferences, NamesTheLayerOfEquallyLongLists) {
  EXPECT_EQ(differences({}, {"model.encoder=[{dense=9},'relu',{dense=2}]"}),
            Texts{"model.encoder[0]: { dense = 8 } | { dense = 9 }"});
  EXPECT_EQ(differences({}, {"model.encoder=[{dense=2}]"}),
            Texts{"model.encoder: [{ dense = 8 }, \"relu\", { dense = 2 }] | [{ dense = 2 }]"});
}

TEST(RecipeDifferences, SaysWhichKeysOneRecipeLacks) {
  EXPECT_EQ(differences({}, {"anomaly={quantile=0.9}"}), Texts{"anomaly.quantile: not set | 0.9"});
  EXPECT_EQ(differences({"objective.sparse_l1={weight=0.1}"}, {}).size(), 1u);
}

TEST(KeysThatDependOnEpochs, AreAScheduleThatEndsWithTheRunAndAFallingTopK) {
  const auto keys = [](const std::vector<std::string>& sets) {
    return keys_that_depend_on_epochs(parse_recipe(kText, "r", sets));
  };
  EXPECT_EQ(keys({"train.schedule={constant=1.0, warmup_steps=7}"}), Texts{});
  EXPECT_EQ(keys({"train.schedule={cosine=0.5}"}), Texts{"train.schedule = { cosine = 0.5, warmup_steps = 0 }"});
  EXPECT_EQ(keys({"train.schedule={linear=0.5}"}), Texts{"train.schedule = { linear = 0.5, warmup_steps = 0 }"});
  EXPECT_EQ(keys({"train.schedule=one_cycle"}),
            Texts{"train.schedule = { one_cycle = 0.3, start = 0.04, end = 4e-06 }"});
  EXPECT_EQ(keys({"train.schedule={step=0.5, every=2}"}), Texts{});
  EXPECT_EQ(keys({"train.schedule=plateau"}), Texts{});
  EXPECT_EQ(keys({"model.encoder=[{dense=8},{topk=2}]"}), Texts{});
  EXPECT_EQ(keys({"model.encoder=[{dense=8},{topk=2, from=5}]"}), Texts{"model.encoder[1] = { topk = 2, from = 5 }"});
}

}  // namespace
}  // namespace hourglass
