#include "hourglass/recipe/recipe.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <random>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"

namespace hourglass {
namespace {

const std::string kMinimal = R"([data]
source = "mnist"
[model]
encoder = [{ dense = 32 }, "relu"]
decoder = [{ dense = 784 }, "sigmoid"]
)";

const std::string kFull = R"(description = "everything at once"
[data]
source = "some/where.idx"
scale = "standard"
validation = 0.2
shuffle = false
[model]
encoder = [{ conv2d = 8, kernel = 3 }, "leaky_relu", { kernel = 5, stride = 2, padding = 1, conv2d = 16 }, { elu = 0.5 }, { max_pool2d = 2, stride = 1 }]
decoder = [{ conv_transpose2d = 1, kernel = 8 }, { leaky_relu = 0.2 }, "sigmoid"]
tied = true
init = { normal = 0.1 }
[objective]
reconstruction = "bce"
contractive = { weight = 1e-4, probes = 4, force = true }
sparse_kl = { weight = 0.005, target = 0.08, on = "hidden", reduction = "mean" }
sparse_l1 = { weight = 1 }
weight_decay = { weight = 0 }
[corruption]
masking = 0.25
[train]
epochs = 20
batch_size = 600
optimizer = { sgd = 0.1, momentum = 0.9 }
schedule = { cosine = 0.0, warmup_steps = 100 }
early_stopping = { patience = 3 }
checkpoint = { epochs = 5, minutes = 0.5 }
seed = 7
)";

Recipe parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return parse_recipe(text, "r.toml", overrides);
}

/// Of kMinimal with one override, without the words that name the override.
std::string message_with(const std::string& override_text) {
  try {
    parse(kMinimal, {override_text});
  } catch (const Error& e) {
    const std::string start = "override \"" + override_text + "\": ", message = e.what();
    return message.starts_with(start) ? message.substr(start.size()) : message;
  }
  return "nothing was thrown";
}

std::string message_of(const std::string& text) {
  try {
    parse(text);
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(RecipeFile, IsReadHoweverManyColumnsItNames) {
  const TemporaryFolder folder;
  Recipe recipe = parse_recipe(kMinimal, "r");
  for (int i = 0; i < 30'000; ++i)
    recipe.data.read.ignore.push_back(fmt::format("column {} {}", i, std::string(60, 'x')));
  const std::string text = recipe_toml(recipe);
  EXPECT_GT(text.size(), 2'000'000u);
  write_file_atomically(folder.path() / "r.toml", text);
  EXPECT_EQ(read_recipe(folder.path() / "r.toml"), recipe);
}

TEST(RecipeFile, IsNotWrittenWhereItCouldNotBeRead) {
  Recipe recipe = parse_recipe(kMinimal, "r");
  recipe.data.read.classes = {std::string(9'000'000, 'x'), "y"};
  EXPECT_THROW(recipe_toml(recipe), Error);
  recipe.data.read.classes = {"x\xff", "y"};
  EXPECT_THROW(recipe_toml(recipe), Error);
}

TEST(Recipe, SaysHowATableIsWritten) {
  const auto read = [](const std::string& key) { return parse(kMinimal, {"data." + key}).data.read; };
  EXPECT_EQ(read("header=false").header, std::optional(false));
  EXPECT_EQ(read("header=true").header, std::optional(true));
  EXPECT_EQ(read("delimiter=;").delimiter, ";");
  EXPECT_EQ(read("decimal=,").decimal, ",");
  EXPECT_EQ(read("missing_values=[-999, \"none\", 0.5]").missing_values,
            (std::vector<std::string>{"-999", "none", "0.5"}));
  EXPECT_THROW(read("delimiter=ab"), Error);
  EXPECT_THROW(read("decimal=;"), Error);
}

TEST(Recipe, TakesTestRowsFromTheDataOrFromElsewhere) {
  const auto test = [](const std::string& value) { return parse(kMinimal, {"data.test=" + value}).data.test; };
  EXPECT_EQ(test("0.2"), (NumberOrText{0.2}));
  EXPECT_EQ(test("more.csv"), (NumberOrText{0, "more.csv"}));
  EXPECT_EQ(message_with("data.test=1"), "test: expected below 1, found 1");
  EXPECT_EQ(message_with("data.test=true"), "test: expected a number or a text, found true");
}

TEST(Recipe, TakesDefaultsForWhatIsNotGiven) {
  const Recipe r = parse(kMinimal);
  Recipe expected;
  expected.name = "r";
  expected.data.source = "mnist";
  expected.model.encoder = {{"dense", DenseConfig{32}}, {"relu"}};
  expected.model.decoder = {{"dense", DenseConfig{784}}, {"sigmoid"}};
  EXPECT_EQ(r, expected);
}

TEST(Recipe, ReadsEverything) {
  const Recipe r = parse(kFull);
  EXPECT_EQ(r.description, "everything at once");
  EXPECT_EQ(r.data, (DataConfig{"some/where.idx", ScalerKind::standard, 0.2, false, {}}));
  ASSERT_EQ(r.model.encoder.size(), 5u);
  EXPECT_EQ(r.model.encoder[0], (LayerConfig{"conv2d", ConvConfig{8, 3}}));
  EXPECT_EQ(r.model.encoder[1], (LayerConfig{"leaky_relu", ActivationConfig{0.01}}));
  EXPECT_EQ(r.model.encoder[2], (LayerConfig{"conv2d", ConvConfig{16, 5, 2, 1}}));
  EXPECT_EQ(r.model.encoder[3], (LayerConfig{"elu", ActivationConfig{0.5}}));
  EXPECT_EQ(r.model.encoder[4], (LayerConfig{"max_pool2d", PoolConfig{2, 1}}));
  EXPECT_EQ(r.model.decoder[0], (LayerConfig{"conv_transpose2d", ConvConfig{1, 8}}));
  EXPECT_TRUE(r.model.tied);
  EXPECT_EQ(r.model.init, (InitConfig{InitKind::normal, 0.1}));
  EXPECT_EQ(r.objective.reconstruction, Reconstruction::bce);
  EXPECT_EQ(r.objective.contractive, (ContractiveConfig{.weight = 1e-4, .probes = 4, .force = true}));
  EXPECT_EQ(r.objective.sparse_kl, (SparseKlConfig{0.005, 0.08, PenalizedLayers::hidden, UnitReduction::mean}));
  EXPECT_EQ(r.objective.sparse_l1, (SparseL1Config{1.0, PenalizedLayers::code, UnitReduction::sum}));
  EXPECT_EQ(r.objective.weight_decay, WeightDecayConfig{0.0});
  EXPECT_EQ(r.corruption, (CorruptionConfig{.masking = 0.25}));
  EXPECT_EQ(r.train.epochs, 20);
  EXPECT_EQ(r.train.batch_size, 600);
  EXPECT_EQ(r.train.optimizer, (OptimizerConfig{.kind = OptimizerKind::sgd, .learning_rate = 0.1, .momentum = 0.9}));
  EXPECT_EQ(r.train.schedule, (ScheduleConfig{ScheduleKind::cosine, 0.0, 100}));
  EXPECT_EQ(r.train.early_stopping, (EarlyStoppingConfig{3, 0.0}));
  EXPECT_EQ(r.train.checkpoint, (CheckpointConfig{5, 0.5}));
  EXPECT_EQ(r.train.seed, 7u);
}

TEST(Recipe, TakesUnitsAsAShareOfTheInput) {
  const std::string layers = "[{ dense = \"input/3\" }, { dense = \"input\" }]";
  const Recipe r = parse(kMinimal, {"model.encoder=" + layers});
  EXPECT_EQ(r.model.encoder, (std::vector<LayerConfig>{{"dense", DenseConfig{0, 3}}, {"dense", DenseConfig{0, 1}}}));
  EXPECT_NE(recipe_toml(r).find("encoder = " + layers), std::string::npos);
  for (const char* wrong : {"inputs", "input/", "input/0", "input/-2", "input/2x", "input/ 2", "input/9999999"})
    EXPECT_EQ(
        message_with(fmt::format("model.encoder=[{{dense=\"{}\"}}]", wrong)),
        fmt::format("dense: expected an integer, \"input\" or a share of it as \"input/2\", found text \"{}\"", wrong));
}

TEST(Recipe, ReadsAndWritesResiduals) {
  const std::string inner = "{ residual = [\"relu\"] }";
  const std::string layers =
      "[{ residual = [{ dense = 3 }, " + inner + "], shortcut = [{ dense = \"input\" }] }, { leaky_relu = 0.5 }]";
  const Recipe r = parse(kMinimal, {"model.encoder=" + layers});
  const LayerConfig relus{"residual", ResidualConfig{{{"relu"}}, {}}};
  const ResidualConfig outer{{{"dense", DenseConfig{3}}, relus}, {{"dense", DenseConfig{0, 1}}}};
  EXPECT_EQ(r.model.encoder, (std::vector<LayerConfig>{{"residual", outer}, {"leaky_relu", ActivationConfig{0.5}}}));
  EXPECT_NE(recipe_toml(r).find("encoder = " + layers), std::string::npos);
  EXPECT_EQ(parse_recipe(recipe_toml(r), "r"), r);
  const auto complaint = [](const std::string& layer) { return message_with("model.encoder=[" + layer + "]"); };
  EXPECT_EQ(complaint("{ residual = [] }"), "residual: expected at least one layer");
  EXPECT_EQ(complaint("\"residual\""), "residual needs a value: { residual = … }");
  EXPECT_EQ(complaint("{ residual = [\"rellu\"] }"), "unknown layer \"rellu\"; did you mean \"relu\"?");
  EXPECT_EQ(complaint("{ residual = [\"relu\"], shortcuts = [] }"),
            "unknown key \"shortcuts\" in residual; did you mean \"shortcut\"?");
}

TEST(Recipe, TakesTheMirrorAsANameOrInAList) {
  const Recipe r = parse(kMinimal, {"model.decoder=mirror"});
  EXPECT_EQ(r.model.decoder, (std::vector<LayerConfig>{{"mirror"}}));
  EXPECT_EQ(r, parse(kMinimal, {"model.decoder=[\"mirror\"]"}));
  EXPECT_NE(recipe_toml(r).find("decoder = [\"mirror\"]"), std::string::npos);
}

TEST(Recipe, TakesBareNames) {
  const Recipe r = parse(kMinimal, {"train.optimizer=adam", "train.schedule=cosine", "model.init=he"});
  EXPECT_EQ(r.train.optimizer, OptimizerConfig{});
  EXPECT_EQ(r.train.schedule, (ScheduleConfig{ScheduleKind::cosine, 0.0, 0}));
  EXPECT_EQ(r.model.init, InitConfig{InitKind::he});
}

TEST(Recipe, ReadsOptimizersAndSchedules) {
  const Recipe r = parse(kMinimal, {"train.optimizer={sgd=0.1, momentum=0.9, nesterov=true}", "train.clip_norm=1",
                                    "train.ema=0.99", "train.schedule={step=0.5, every=7}"});
  EXPECT_EQ(r.train.optimizer,
            (OptimizerConfig{.kind = OptimizerKind::sgd, .learning_rate = 0.1, .momentum = 0.9, .nesterov = true}));
  EXPECT_EQ(r.train.schedule, (ScheduleConfig{.kind = ScheduleKind::step, .factor = 0.5, .every = 7}));
  EXPECT_EQ(r.train.clip_norm, 1);
  EXPECT_EQ(r.train.ema, 0.99);
  EXPECT_EQ(parse(recipe_toml(r)), r);
  EXPECT_EQ(parse(kMinimal, {"train.optimizer=rmsprop"}).train.optimizer,
            (OptimizerConfig{.kind = OptimizerKind::rmsprop, .learning_rate = 0.01}));
  EXPECT_EQ(parse(kMinimal, {"train.optimizer={adamw=0.1, weight_decay=0.2}"}).train.optimizer,
            (OptimizerConfig{.kind = OptimizerKind::adamw, .learning_rate = 0.1, .weight_decay = 0.2}));
}

TEST(Recipe, RefusesOptimizersAndSchedulesThatMeanNothing) {
  EXPECT_EQ(message_with("train.optimizer={sgd=0.1, nesterov=true}"), "sgd: nesterov = true needs a momentum above 0");
  EXPECT_EQ(message_with("train.schedule={step=0.1}"), "step: \"every\" is missing");
  EXPECT_EQ(message_with("train.schedule={one_cycle=1}"), "one_cycle: expected below 1, found 1");
  EXPECT_EQ(message_with("train.ema=1"), "ema: expected below 1, found 1");
  EXPECT_EQ(message_with("train.clip_norm=0"), "clip_norm: expected above 0, found 0");
  EXPECT_EQ(message_with("model.encoder=[{dense=3, init=\"normal\"}]"),
            "init: unknown \"normal\"; known: pytorch, xavier, xavier_normal, he, he_uniform, orthogonal");
}

TEST(Recipe, TakesAnInitPerLayer) {
  const Recipe r = parse(kMinimal, {"model.encoder=[{dense=3, init=\"he\"}]"});
  EXPECT_EQ(r.model.encoder[0], (LayerConfig{"dense", DenseConfig{3, 0, InitKind::he}}));
  EXPECT_EQ(parse(recipe_toml(r)), r);
  EXPECT_THROW(parse(kMinimal, {"model.encoder=[{dense=3, init=\"he\"}]", "model.init=pca"}), Error);
}

TEST(Recipe, HoldsRowsOutForEarlyStopping) {
  EXPECT_EQ(parse(kMinimal, {"train.schedule=plateau"}).data.validation, 0.1);
  EXPECT_EQ(parse(kMinimal, {"train.schedule=plateau", "data.validation=0.3"}).data.validation, 0.3);
  EXPECT_EQ(parse(kMinimal, {"train.early_stopping={}"}).data.validation, 0.1);
  EXPECT_EQ(parse(kMinimal, {"train.early_stopping={}", "data.validation=0.3"}).data.validation, 0.3);
  EXPECT_EQ(parse(kMinimal).data.validation, 0.0);
}

TEST(Recipe, IsReadFromAFileAndNamedAfterIt) {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("hourglass-recipe-{}.toml", ::getpid());
  write_file_atomically(path, kMinimal);
  const Recipe r = read_recipe(path);
  write_file_atomically(path, std::string(8'000'001, '#'));
  EXPECT_THROW(read_recipe(path), Error);
  std::filesystem::remove(path);
  EXPECT_EQ(r.name, path.stem());
  EXPECT_THROW(read_recipe(path), Error);
}

TEST(RecipeOverride, BeatsTheFile) {
  const Recipe r = parse(kFull, {"train.epochs=3", "objective.contractive.weight=1e-3", "train.optimizer={sgd=0.2}",
                                 "model.encoder=[{dense=3},\"relu\"]", "train.epochs=4"});
  EXPECT_EQ(r.train.epochs, 4);
  EXPECT_EQ(r.objective.contractive->weight, 1e-3);
  EXPECT_EQ(r.objective.contractive->probes, 4);
  EXPECT_EQ(r.train.optimizer, (OptimizerConfig{.kind = OptimizerKind::sgd, .learning_rate = 0.2}));
  EXPECT_EQ(r.model.encoder.size(), 2u);
}

TEST(RecipeOverride, MakesSectionsThatAreNotThere) {
  EXPECT_EQ(parse(kMinimal, {"objective.sparse_l1.weight=2"}).objective.sparse_l1->weight, 2.0);
}

TEST(RecipeOverride, TakesABareWordAsText) {
  EXPECT_EQ(parse(kMinimal, {"data.source=/some where/x-idx3"}).data.source, "/some where/x-idx3");
  EXPECT_EQ(parse(kMinimal, {"data.source=a=b"}).data.source, "a=b");
  EXPECT_EQ(parse(kMinimal, {"data.source=\"3\""}).data.source, "3");
}

TEST(RecipeOverride, IsNamedInItsErrors) {
  try {
    parse(kMinimal, {"train.epochs=x"});
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "override \"train.epochs=x\": epochs: expected an integer, found text \"x\"");
  }
  EXPECT_EQ(message_with("trian.epochs=3"), "unknown section or key \"trian\"; did you mean \"train\"?");
  EXPECT_EQ(message_with("train.epoch=3"), "unknown key \"epoch\" in train; did you mean \"epochs\"?");
  EXPECT_EQ(message_with("model.encoder=[{dnese=3}]"), "unknown layer \"dnese\"; did you mean \"dense\"?");
}

TEST(RecipeOverride, RefusesWhatIsNoAssignment) {
  for (const char* text : {"", "=", "=3", "train", "train.", ".epochs=3", "train..epochs=3", "a.b.c.d.e.f.g.h.i=1"})
    EXPECT_EQ(message_with(text), "expected section.key=value") << text;
  EXPECT_EQ(message_with("data.source.x=3"), "\"x\" has no place inside text \"mnist\"");
  EXPECT_NE(message_with("model.encoder=[{dense=3}"), "nothing was thrown");
}

TEST(RecipeOverride, CannotSmuggleInASecondKey) {
  EXPECT_EQ(message_with("train.seed=3\nx = 4"), "seed: expected an integer, found text \"3\nx = 4\"");
}

TEST(Recipe, NamesLineAndColumn) {
  EXPECT_EQ(message_of("[data]\nsource = 'mnist'\n[model]\nencoder = ['relu', { dnese = 3, kernel = 2 }]"),
            "r.toml:4:22: unknown layer \"dnese\"; did you mean \"dense\"?");
  EXPECT_EQ(message_of(kMinimal + "[trian]\nepochs = 3"),
            "r.toml:6:2: unknown section or key \"trian\"; did you mean \"train\"?");
  EXPECT_EQ(message_of(kMinimal + "[train]\nepochs = -1"), "r.toml:7:10: epochs: expected at least 1, found -1");
}

TEST(Recipe, NeedsSourceEncoderAndDecoder) {
  EXPECT_EQ(message_of(""), "r.toml: data: \"source\" is missing");
  EXPECT_EQ(message_of("[data]\nsource = ''"), "r.toml:1:1: data: source: expected a name or a path, found empty text");
  EXPECT_EQ(message_of("[data]\nsource = 'x'"), "r.toml: model: \"encoder\" is missing");
  EXPECT_EQ(message_of("[data]\nsource = 'x'\n[model]\nencoder = ['relu']"),
            "r.toml:3:1: model: \"decoder\" is missing");
  EXPECT_EQ(message_with("model.encoder=[]"), "r.toml:3:1: model: encoder: expected at least one layer");
  EXPECT_NO_THROW(parse("[model]\nencoder = ['relu']\ndecoder = ['relu']", {"data.source=x"}));
}

TEST(Recipe, RefusesImpossibleLayers) {
  EXPECT_EQ(message_with("model.encoder=[{dense=0}]"), "dense: expected at least 1, found 0");
  EXPECT_EQ(message_with("model.encoder=[{dense=1048577}]"), "dense: expected at most 1048576, found 1048577");
  EXPECT_EQ(message_with("model.encoder=[{conv2d=3}]"), "conv2d: \"kernel\" is missing");
  EXPECT_EQ(message_with("model.encoder=[{conv2d=3, kernel=1025}]"), "kernel: expected at most 1024, found 1025");
  EXPECT_EQ(message_with("model.encoder=[{conv2d=3, kernel=3, stride=0}]"), "stride: expected at least 1, found 0");
  EXPECT_EQ(message_with("model.encoder=[{conv2d=3, kernel=3, padding=-1}]"), "padding: expected at least 0, found -1");
  EXPECT_EQ(message_with("model.encoder=[{dense=3, kernel=3}]"), "unknown key \"kernel\" in dense; known: dense, init");
  EXPECT_EQ(message_with("model.encoder=[{relu=1}]"), "relu takes no value: write \"relu\"");
  EXPECT_EQ(message_with("model.encoder=[\"rleu\"]"), "unknown layer \"rleu\"; did you mean \"relu\"?");
}

TEST(Recipe, RefusesValuesOutOfRange) {
  EXPECT_EQ(message_with("train.batch_size=0"), "batch_size: expected at least 1, found 0");
  EXPECT_EQ(message_with("train.epochs=1000001"), "epochs: expected at most 1000000, found 1000001");
  EXPECT_EQ(message_with("train.seed=-1"), "seed: expected at least 0, found -1");
  EXPECT_EQ(message_with("train.optimizer={adam=0}"), "adam: expected above 0, found 0");
  EXPECT_EQ(message_with("train.optimizer={adam=\"x\"}"), "adam: expected a number, found text \"x\"");
  EXPECT_EQ(message_with("train.optimizer={adam=inf}"), "adam: expected a finite number, found inf");
  EXPECT_EQ(message_with("data.validation=1"), "validation: expected below 1, found 1");
  EXPECT_EQ(message_with("objective.weight_decay={weight=-1}"), "weight: expected at least 0, found -1");
  EXPECT_EQ(message_with("objective.sparse_kl={weight=1, target=1}"), "target: expected below 1, found 1");
  EXPECT_EQ(message_with("objective.sparse_kl={weight=1, target=0}"), "target: expected above 0, found 0");
  EXPECT_EQ(message_with("objective.sparse_kl={target=0.1}"), "sparse_kl: \"weight\" is missing");
  EXPECT_EQ(message_with("objective.sparse_kl={wieght=1}"),
            "unknown key \"wieght\" in sparse_kl; did you mean \"weight\"?");
  EXPECT_EQ(message_with("corruption.masking=1"), "masking: expected below 1, found 1");
  EXPECT_EQ(message_with("corruption.gaussian=-0.1"), "gaussian: expected at least 0, found -0.1");
  EXPECT_EQ(message_with("model.init={normal=0}"), "normal: expected above 0, found 0");
  EXPECT_EQ(message_with("data.scale=unti"), "scale: unknown \"unti\"; did you mean \"unit\"?");
}

TEST(Recipe, RefusesContradictions) {
  EXPECT_EQ(message_with("corruption={gaussian=0.1, masking=0.1}"),
            "corruption: expected at most one of gaussian, masking and salt_pepper above 0");
  EXPECT_EQ(message_with("objective.contractive={weight=1, estimator=\"exact\", probes=4}"),
            "contractive: expected estimator or probes, found both");
  EXPECT_EQ(message_with("objective.gaussian_kl={weight=1, free_bits=0.1, capacity=3}"),
            "gaussian_kl: expected free_bits or capacity, found both");
  EXPECT_EQ(message_with("objective.mmd={weight=1, scales=[]}"), "mmd: scales: expected at least one");
}

/// Any recipe that a file can say.
Recipe any_recipe() {
  const auto pick = [](auto... xs) { return *rc::gen::element(xs...); };
  const auto number = [] { return *rc::gen::inRange(1, 1000) / 1001.0; };
  const auto text = [] {
    return *rc::gen::container<std::string>(rc::gen::map(rc::gen::inRange(1, 128), [](int c) { return char(c); }));
  };
  const auto layers = [&] {
    std::vector<LayerConfig> list{{"dense", DenseConfig{.units = *rc::gen::inRange(1, 1000)}},
                                  {"dense", DenseConfig{.divisor = *rc::gen::inRange(1, 1000)}}};
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
      const std::string kind =
          pick("conv2d", "conv_transpose2d", "conv1d", "conv_transpose1d", "max_pool2d", "avg_pool1d", "upsample2d",
               "series", "steps", "leaky_relu", "elu", "gelu", "tanh", "topk", "gaussian");
      LayerConfig layer{kind};
      if (kind.starts_with("conv"))
        layer.options = ConvConfig{pick(1, 7), pick(1, 5), pick(0, 2), pick(Padding(0), Padding(1), Padding(0, true)),
                                   {},         pick(0, 3), pick(0, 2)};
      if (kind == "upsample2d") layer.options = UpsampleConfig{pick(1, 2), pick("", "nearest", "bilinear")};
      if (kind == "series") layer.options = SeriesConfig{pick(1, 3)};
      if (kind.find("_pool") != std::string::npos) layer.options = PoolConfig{pick(1, 7), pick(0, 2), pick(0, 1)};
      if (kind == "topk") layer.options = TopKConfig{pick(1, 7), pick(0, 7, 9), pick(0.0, 2.5)};
      if (kind == "gaussian") layer.options = GaussianConfig{pick(1, 20)};
      if (kind.ends_with("elu") && kind != "gelu") layer.options = ActivationConfig{number()};
      list.push_back(layer);
    }
    return list;
  };
  Recipe r;
  r.name = "r";
  r.description = text();
  r.data = {"x" + text(), static_cast<ScalerKind>(pick(0, 1, 2, 3, 4, 5)), number(), pick(true, false),
            ReadOptions{.missing = static_cast<MissingValues>(pick(0, 1, 2)), .label = text()}};
  r.data.test = pick(NumberOrText{}, NumberOrText{0.2}, NumberOrText{0, "x" + text()});
  r.data.binarise = pick(std::optional<Binarisation>(), std::optional(Binarisation::sample));
  r.data.read.header = pick(std::optional<bool>(), std::optional(true), std::optional(false));
  r.data.read.delimiter = pick("", ";", "tab", "\t");
  r.data.read.encoding = text();
  r.data.read.decimal = pick("", ".", ",");
  auto& read = r.data.read;
  for (auto* names : {&read.categorical, &read.ignore, &read.classes, &read.numeric, &read.missing_values})
    for (int i = pick(0, 1, 3); i > 0; --i) names->push_back(text());
  if (pick(0, 1))
    r.data.read.images = {pick(1, 28), pick(1, 28), static_cast<ImageFit>(pick(0, 1)),
                          static_cast<ImageColour>(pick(0, 1, 2))};
  r.model = {
      layers(), layers(), pick(true, false),
      pick(InitConfig{}, InitConfig{InitKind::he}, InitConfig{InitKind::normal, 0.3}, InitConfig{InitKind::pca})};
  r.objective.reconstruction = find_named<Reconstruction>(pick("bce", "mse", ""));
  r.objective.trim = pick(0.0, 0.05);
  r.objective.reduction = find_named<UnitReduction>(pick("sum", "mean", ""));
  if (pick(0, 1)) r.objective.gaussian_kl = {number(), pick(0, 100), pick(0.0, 0.5)};
  if (pick(0, 1)) r.objective.mmd = {number(), "imq", {number(), number()}};
  if (pick(0, 1)) r.objective.contractive = {.weight = number(), .probes = pick(0, 4), .force = pick(true, false)};
  if (pick(0, 1))
    r.objective.hessian = {.weight = number(), .std = number(), .samples = pick(1, 3), .probes = pick(0, 4)};
  if (pick(0, 1))
    r.objective.sparse_kl = {number(), number(), pick(PenalizedLayers::code, PenalizedLayers::hidden),
                             pick(UnitReduction::sum, UnitReduction::mean)};
  if (pick(0, 1))
    r.objective.sparse_l1 = {number(), pick(PenalizedLayers::code, PenalizedLayers::hidden),
                             pick(UnitReduction::sum, UnitReduction::mean)};
  if (pick(0, 1)) r.objective.weight_decay = {number()};
  (pick(0, 1) ? r.corruption.gaussian : r.corruption.salt_pepper) = number();
  r.train.epochs = pick(1, 1000000);
  r.train.seed = pick(0u, 1u << 31);
  if (pick(0, 1)) r.train.optimizer = {.kind = OptimizerKind::sgd, .learning_rate = number(), .momentum = number()};
  if (pick(0, 1)) r.train.schedule = {ScheduleKind::cosine, number(), pick(0, 100)};
  if (pick(0, 1)) r.train.optimizer = {.kind = OptimizerKind::rmsprop, .epsilon = number(), .alpha = number()};
  r.train.clip_norm = pick(0.0, 2.5);
  r.train.ema = pick(0.0, 0.99);
  if (pick(0, 1)) r.train.early_stopping = {pick(1, 9), number()};
  r.train.checkpoint = {pick(1, 9), number()};
  if (pick(0, 1)) r.anomaly = {number()};
  return r;
}

RC_GTEST_PROP(Recipe, SurvivesToml, ()) {
  const Recipe r = any_recipe();
  RC_ASSERT(parse(recipe_toml(r)) == r);
}

RC_GTEST_PROP(Recipe, SurvivesJson, ()) {
  const Recipe r = any_recipe();
  Recipe back = recipe_from_json(recipe_json(r));
  back.name = r.name;
  RC_ASSERT(back == r);
}

TEST(Recipe, IsWrittenInTheOrderOfADocument) {
  EXPECT_EQ(recipe_toml(parse(kMinimal)), R"([data]
source = "mnist"
scale = "unit"
validation = 0.0
shuffle = true
missing = "refuse"

[model]
encoder = [{ dense = 32 }, "relu"]
decoder = [{ dense = 784 }, "sigmoid"]
tied = false
init = "pytorch"

[objective]

[corruption]
gaussian = 0.0
masking = 0.0
salt_pepper = 0.0

[train]
epochs = 10
batch_size = 128
optimizer = { adam = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-08 }
schedule = { constant = 1.0, warmup_steps = 0 }
checkpoint = { epochs = 1 }
seed = 42
)");
}

TEST(Recipe, RefusesDamagedJson) {
  EXPECT_THROW(recipe_from_json("{"), Error);
  EXPECT_THROW(recipe_from_json("[]"), Error);
  EXPECT_THROW(recipe_from_json(std::string(1'000'000, '[')), Error);
  std::string json = recipe_json(parse(kMinimal));
  json.replace(json.find("epochs"), 6, "epoch_");
  EXPECT_THROW(recipe_from_json(json), Error);
}

/// Whether a recipe or an Error comes out; anything else ends the test program.
bool survives(const std::string& text) {
  try {
    return parse(recipe_toml(parse(text))) == parse(text);
  } catch (const Error&) {
    return true;
  }
}

TEST(Recipe, OfRandomBytesIsRefused) {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string text(random() % 400, '\0');
    for (char& c : text) c = static_cast<char>(random());
    EXPECT_TRUE(survives(text));
  }
}

TEST(Recipe, WithRandomDamageIsReadOrRefused) {
  std::mt19937 random(2);
  const std::string tokens = "=[]{}.,\"'#\n0-+e_\\x\xff";
  for (int i = 0; i < 5000; ++i) {
    std::string text = kFull;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      const size_t at = random() % text.size(), length = random() % 12;
      if (random() % 2)
        text.replace(at, length % 2, 1, tokens[random() % tokens.size()]);
      else if (random() % 2)
        text.erase(at, length);
      else
        text.insert(at, text.substr(random() % text.size(), length));
    }
    EXPECT_TRUE(survives(text)) << text;
  }
}

TEST(RecipeReference, IsTheOneInTheDocumentation) {
  const std::string page = read_file(std::filesystem::path(HOURGLASS_SOURCE) / "docs/formats/recipe.md");
  EXPECT_NE(page.find(recipe_reference()), std::string::npos) << "docs/formats/recipe.md should hold\n"
                                                              << recipe_reference();
}

}  // namespace
}  // namespace hourglass
