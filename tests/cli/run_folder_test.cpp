#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "cli/workspace.h"
#include "hourglass/data/formats/safetensors.h"
#include "hourglass/run/checkpoint_file.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRecipe =
    "[data]\nsource = \"data.csv\"\n[model]\nencoder = [{ dense = 2 }]\ndecoder = [{ dense = 3 }]\n";

/// Run folders that other users wrote, and folders that are none.
class RunFolders : public Workspace {
 protected:
  RunFolders() {
    std::string text = "a,b,c\n";
    for (int i = 0; i < 40; ++i) text += fmt::format("{:.3f},{:.3f},{}\n", std::sin(i), std::cos(3 * i), i % 5);
    write("data.csv", text);
    write("victim", "a text of the user");
  }

  static Words training(const std::string& folder, const Words& more = {}) {
    Words words = {"train", "--data", "data.csv", "--epochs", "2", "--threads", "1", "--output-dir", folder};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  void train(const std::string& folder) const { ASSERT_TRUE(succeeded(run(training(folder)))); }

  /// The command is refused, says the parts, and changes no file.
  void expect_refused(const Words& words, const Words& parts) const {
    const auto before = files(".");
    EXPECT_TRUE(refused(run(words), parts));
    EXPECT_TRUE(files(".") == before) << words[0];
  }

  /// Replaces the newest checkpoint by one with other content and a right checksum, and removes the previous one.
  void change_checkpoint(const std::function<void(SafeTensors&)>& change) const {
    const std::string newest = "run/checkpoint/newest.safetensors";
    SafeTensors file = read_safetensors(path(newest));
    change(file);
    write(newest, checkpoint_bytes({file.tensors.begin(), file.tensors.end()}, file.metadata));
    fs::remove(path("run/checkpoint/previous.safetensors"));
  }
};

TEST_F(RunFolders, AreAllThatIsOverwritten) {
  fs::create_directories(path("project/plots"));
  write("project/plots/paper.svg", "<svg/>");
  expect_refused(training("project", {"--overwrite"}), {"project: the folder holds no run, but plots", "--output-dir"});
  write("project/recipe.toml", kRecipe);
  write("project/thesis.txt", "text");
  expect_refused(training("project", {"--overwrite"}), {"plots, recipe.toml, thesis.txt", "empty the folder"});
  fs::create_directory(path("empty"));
  EXPECT_TRUE(succeeded(run(training("empty", {"--overwrite"}))));
}

TEST_F(RunFolders, KeepWhatTheProgramDidNotWrite) {
  train("run");
  for (const char* file : {"run/plots/paper.svg", "run/plots/remarks.txt", "run/thesis.txt", "run/checkpoint/old"})
    write(file, "text");
  write("run/plots/penalty-sparse_l1.svg", "of an earlier run");
  ASSERT_TRUE(succeeded(run(training("run", {"--overwrite", "--seed", "1"}))));
  for (const char* file : {"run/plots/paper.svg", "run/plots/remarks.txt", "run/thesis.txt", "run/checkpoint/old"})
    EXPECT_EQ(read(file), "text") << file;
  EXPECT_FALSE(exists("run/plots/penalty-sparse_l1.svg")) << "a figure of another model";
}

TEST_F(RunFolders, ResumeOnlyWhereNothingIsLost) {
  fs::create_directories(path("foreign/plots"));
  write("foreign/recipe.toml", kRecipe);
  write("foreign/report.html", "mine");
  expect_refused(training("foreign", {"--resume"}), {"foreign: there is no checkpoint", "report.html"});
  fs::remove(path("foreign/report.html"));
  expect_refused(training("foreign", {"--resume"}), {"no checkpoint", "plots, recipe.toml"});
  fs::create_directory(path("texts"));
  write("texts/thesis.txt", "text");
  expect_refused(training("texts", {"--resume"}), {"thesis.txt"});

  fs::create_directories(path("begun/checkpoint"));
  const std::string line =
      R"({"train":{"loss":1.0,"reconstruction":1.0},"seconds":1.0,"samples_per_second":1.0,"epoch":)";
  write("begun/metrics.jsonl", line + "1}\n" + line + "2}\n");
  const Words every_epoch = {"--resume", "--set", "train.checkpoint={epochs=1}"};
  expect_refused(training("begun", every_epoch), {"metrics.jsonl (2 epochs)"});
  write("begun/metrics.jsonl", line + "1}\n");
  write("begun/.lock", "process 1 on moon\n");
  const Outcome resumed = run(training("begun", every_epoch));
  EXPECT_TRUE(succeeded(resumed));
  EXPECT_TRUE(contains(resumed.err, "starting at the beginning")) << "a kill before the first checkpoint leaves this";
  EXPECT_FALSE(exists("begun/.lock"));
}

TEST_F(RunFolders, AreLockedBeforeTheFirstLook) {
  ASSERT_EQ(::mkfifo(path("slow.csv").c_str(), 0600), 0);
  Process first(launch({"train", "--data", "slow.csv", "--output-dir", "runs/new"}));
  for (int i = 0; i < 3000 && !exists("runs/new/.lock"); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  for (const Words& more : {Words{}, Words{"--overwrite"}, Words{"--resume"}})
    EXPECT_TRUE(failed(1, run(training("runs/new", more)), {"in use by process " + std::to_string(first.id())}));
  first.send(SIGTERM);
  EXPECT_EQ(first.wait().code, 128 + SIGTERM);
  EXPECT_FALSE(exists("runs")) << "it was made for the run";
}

/// By a link to a file or a folder of the user, wherever a run has one.
TEST_F(RunFolders, AreRefusedWithLinks) {
  train("run");
  fs::create_directory(path("folder"));
  write("folder/loss.svg", "a drawing of the user");
  for (const std::string name :
       {".lock", "recipe.toml", "model.safetensors", "metrics.jsonl", "checkpoint/newest.safetensors",
        "checkpoint/next.safetensors", "loss.png", "report.html", "plots/loss.svg", "plots", "checkpoint"}) {
    const std::string to = name == "plots" || name == "checkpoint" ? "folder" : "victim";
    fs::copy(path("run"), path("link"), fs::copy_options::recursive);
    fs::remove_all(path("link/" + name));
    fs::create_symlink(path(to), path("link/" + name));
    for (const Words& words :
         {Words{"report", "link"}, training("link", {"--resume"}), training("link", {"--overwrite"})})
      expect_refused(words, {"link/" + name + ": is a symbolic link"});
    fs::remove_all(path("link"));
  }
}

TEST_F(RunFolders, NeverEmptyTheOtherNameOfTheirLock) {
  train("run");
  fs::create_hard_link(path("victim"), path("run/.lock"));
  expect_refused({"report", "run"}, {"run/.lock: is a hard link"});
  expect_refused(training("run", {"--resume"}), {"run/.lock: is a hard link"});
}

TEST_F(RunFolders, DoNotWaitForPipesOrReadDevices) {
  train("run");
  for (const std::string name :
       {"model.safetensors", "metrics.jsonl", "plots/loss.png", "checkpoint/newest.safetensors"}) {
    const std::string file = "run/" + name, kept = read(file);
    fs::remove(path(file));
    ASSERT_EQ(::mkfifo(path(file).c_str(), 0600), 0);
    EXPECT_TRUE(refused(run(training("run", {"--resume"})), {file + ": is a pipe"}));
    EXPECT_TRUE(refused(run({"report", "run"}), {file + ": is a pipe"}));
    fs::remove(path(file));
    fs::create_symlink("/dev/zero", path(file));
    EXPECT_TRUE(refused(run({"report", "run"}), {file + ": is a symbolic link"}));
    if (name == "model.safetensors") {
      EXPECT_TRUE(refused(run({"info", "run"}), {file + ": is a symbolic link"}));
    }
    fs::remove(path(file));
    write(file, kept);
  }
}

TEST_F(RunFolders, DevicesThatAreNamedEndNoMemory) {
  train("run");
  for (const Words& words : {Words{"info", "/dev/zero"}, Words{"decode", "run", "--data", "/dev/zero", "-o", "x.csv"},
                             training("new", {"--init", "/dev/zero"}), Words{"train", "/dev/zero"}})
    expect_refused(words, {"/dev/zero"});
  fs::create_symlink("run/model.safetensors", path("model"));
  EXPECT_TRUE(succeeded(run({"info", "model"}))) << "the user named it";
}

TEST_F(RunFolders, TakeNoPictureThatLiesThere) {
  train("run");
  const std::string drawn = read("run/plots/loss.svg");
  fs::remove(path("run/report.html"));
  write("run/plots/loss.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>planted()</script></svg>");
  write("run/plots/feature-error.png", "planted()");
  ASSERT_TRUE(succeeded(run(training("run", {"--resume"}))));
  EXPECT_FALSE(contains(read("run/report.html"), "planted()"));
  EXPECT_EQ(read("run/plots/loss.svg"), drawn);
  EXPECT_TRUE(is_png(read("run/plots/feature-error.png")));
}

TEST_F(RunFolders, TakeNoPathFromTheirMetrics) {
  train("run");
  fs::create_directories(path("run/plots/penalty-x"));
  write("diagram.svg", "mine");
  const std::string metrics = read("run/metrics.jsonl"), part = "\"reconstruction\":";
  for (const std::string name : {"x/../../../diagram", "a/b", "no_such_penalty"}) {
    std::string changed = metrics;
    write("run/metrics.jsonl", changed.insert(changed.find(part), fmt::format("\"{}\":1.0,", name)));
    expect_refused({"report", "run"}, {"run/metrics.jsonl: epoch 1: unknown penalty \"" + name});
    expect_refused({"compare", "run", "run", "-o", "page"}, {"unknown penalty"});
  }
  std::string many = metrics;
  for (int i = 0; i < 40; ++i) many.insert(many.find(part), fmt::format("\"p{}\":1.0,", i));
  write("run/metrics.jsonl", many);
  expect_refused({"report", "run"}, {"unknown penalty"});
  std::string late = metrics;
  write("run/metrics.jsonl", late.replace(late.find("\"epoch\":1"), 9, "\"epoch\":9223372036854775807"));
  expect_refused({"report", "run"}, {"run/metrics.jsonl, line 1: epoch: expected 1, found 9223372036854775807"});
}

TEST_F(RunFolders, AreRefusedWithACheckpointThatContradictsItself) {
  train("run");
  const std::string kept = read("run/checkpoint/newest.safetensors"),
                    place = "newest.safetensors: metadata \"position\": ";
  const std::string begin =
      R"({"best":0.0,"best_epoch":0,"loss":0.0,"penalties":[],"reconstruction":0.0,"seconds":0.0,)";
  const auto expect = [&](const std::function<void(SafeTensors&)>& change, const std::string& said) {
    write("run/checkpoint/newest.safetensors", kept);
    change_checkpoint(change);
    expect_refused(training("run", {"--resume"}), {said});
  };
  expect(
      [&](SafeTensors& c) {
        c.metadata["position"] = begin + R"("epoch":1,"finished":true,"rows":0,"step":0})";
        c.tensors["metrics"] = Tensor(DType::f64, {0, c.tensors["metrics"].shape()[1]});
      },
      place + "finished: expected false at epoch 1 step 0");
  expect(
      [&](SafeTensors& c) {
        c.metadata["position"] = begin + R"("epoch":1,"finished":true,"rows":0,"step":0})";
        c.metadata["metrics"] = "";
      },
      place + "finished: expected false");
  expect([&](SafeTensors& c) { c.tensors["theta"].as<float>()[0] = std::nanf(""); },
         "tensor theta has a value that is not a finite number");
  expect([&](SafeTensors& c) { c.metadata["position"] = begin + R"("epoch":2,"finished":false,"rows":-5,"step":1})"; },
         place + "rows: expected at least 0, found -5");
}

TEST_F(RunFolders, OutputsAreWrittenThroughLinksAndKeepTheirMode) {
  train("run");
  fs::create_directory(path("results"));
  fs::create_symlink("results/codes.csv", path("latest.csv"));
  write("private.csv", "");
  fs::permissions(path("private.csv"), fs::perms::owner_read | fs::perms::owner_write);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(succeeded(run({"encode", "run", "-o", "latest.csv"})));
    ASSERT_TRUE(succeeded(run({"encode", "run", "-o", "private.csv"})));
  }
  EXPECT_TRUE(fs::is_symlink(path("latest.csv")));
  EXPECT_EQ(table("results/codes.csv").size(), 41u);
  EXPECT_EQ(read("private.csv"), read("results/codes.csv"));
  EXPECT_EQ(fs::status(path("private.csv")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace hourglass::cli_test
