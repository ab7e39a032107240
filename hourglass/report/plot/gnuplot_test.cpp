#include "hourglass/report/plot/gnuplot.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

std::string failure_of(const std::string& script) {
  try {
    run_gnuplot(script);
  } catch (const RuntimeFailure& e) {
    return e.what();
  }
  return "worked";
}

TEST(Gnuplot, GivesBackWhatTheScriptPrints) { EXPECT_EQ(run_gnuplot("set print '-'\nprint 6 * 7\n"), "42\n"); }

TEST(Gnuplot, IgnoresTheTerminalOfTheEnvironment) {
  for (const char* terminal : {"qt", "x11", "aqua", "none of these"}) {
    setenv("GNUTERM", terminal, 1);
    EXPECT_EQ(failure_of("set print '-'\nprint 6 * 7\n"), "worked") << terminal;
    unsetenv("GNUTERM");
  }
}

TEST(Gnuplot, ReportsARefusedScriptWithItsReason) {
  const std::string failure = failure_of("set print '-'\nprint 1\nset nonsense\n");
  EXPECT_EQ(failure.find("gnuplot failed (exit status 1): "), 0u) << failure;
  EXPECT_NE(failure.find("nonsense"), std::string::npos) << failure;
}

TEST(Gnuplot, ReportsASilentScript) { EXPECT_EQ(failure_of("x = 1\n"), "gnuplot failed (exit status 0): "); }

TEST(Gnuplot, NamesThePackageWhenItIsMissing) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  const std::string failure = failure_of("print 1\n");
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(failure, "gnuplot is not installed; Debian's package is gnuplot-nox");
}

TEST(Gnuplot, QuotesTextSoThatNothingInItIsExecuted) {
  for (const std::string text : {"`echo 1`", "$(echo 1)", "\"\\n\\", "@a #b %d {/Bold x} a_b^c", "ρ = 0.1"})
    EXPECT_EQ(run_gnuplot("a = 'x'\nset print '-'\nprint " + gnuplot_quoted(text) + "\n"), text + "\n");
  for (const std::string text : {"'", "''", "'; print 1; '", "\\'"})
    EXPECT_EQ(gnuplot_quoted(text).find('\'', 1), gnuplot_quoted(text).size() - 1);
  EXPECT_EQ(gnuplot_quoted("it's"), "'it’s'");
  EXPECT_EQ(gnuplot_quoted("a\nb\tc\x7F\u009B"), "'a b c  '");
  EXPECT_EQ(gnuplot_quoted("a\xFF\x89PNG\u202E"), "'a\uFFFD\uFFFDPNG'");
  EXPECT_EQ(gnuplot_quoted(std::string_view("a\0b\\", 4)), "'a b\\'");
}

}  // namespace
}  // namespace hourglass
