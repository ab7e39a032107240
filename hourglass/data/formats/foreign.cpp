#include "hourglass/data/formats/foreign.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "hourglass/base/text.h"

namespace hourglass {
namespace {

using namespace std::string_view_literals;

/// A format by its first bytes. In `command` {0} is the file and {1} the file to write, both as words of a shell.
struct Format {
  std::string_view magic;
  size_t at = 0;  ///< position of the magic bytes
  const char* name;
  const char* ending;  ///< of the file to write
  const char* command;
};

#define HOURGLASS_PANDAS(read) \
  "python3 -c 'import sys, pandas; " read "(sys.argv[1]).to_csv(sys.argv[2], index=False)' {0} {1}"
constexpr const char* kExcel = HOURGLASS_PANDAS("pandas.read_excel");
constexpr const char* kToPng = "convert {0} {1}";  // ImageMagick
constexpr const char* kSavedR =
    "Rscript -e 'a <- commandArgs(TRUE); e <- new.env(); write.csv(e[[load(a[1], e)[1]]], a[2], row.names=FALSE)' "
    "{0} {1}";
constexpr const char* kHdf5 =
    "python3 -c 'import sys, h5py, numpy; f = h5py.File(sys.argv[1]); numpy.save(sys.argv[2], f[list(f)[0]])' {0} {1}";
constexpr const char* kMatlab =
    "python3 -c 'import sys, scipy.io, numpy; m = scipy.io.loadmat(sys.argv[1]); numpy.save(sys.argv[2], "
    "[v for k, v in m.items() if k[0] != \"_\"][0])' {0} {1}";
constexpr const char* kSqlite = "sqlite3 -header -csv {0} 'SELECT * FROM TABLE' > {1}";
constexpr const char* kArff =
    "python3 -c 'import sys, pandas, scipy.io.arff; "
    "pandas.DataFrame(scipy.io.arff.loadarff(sys.argv[1])[0]).to_csv(sys.argv[2], index=False)' {0} {1}";
constexpr const char* kJson =
    "python3 -c 'import sys, pandas; pandas.read_json(sys.argv[1]).to_csv(sys.argv[2], index=False)' {0} {1}";
constexpr const char* kJsonLines =
    "python3 -c 'import sys, pandas; pandas.read_json(sys.argv[1], lines=True).to_csv(sys.argv[2], index=False)' {0} "
    "{1}";

constexpr std::array kFormats = {
    Format{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, 0, "an old Excel workbook", ".csv", kExcel},
    Format{"PAR1"sv, 0, "a Parquet file", ".csv", HOURGLASS_PANDAS("pandas.read_parquet")},
    Format{"ARROW1"sv, 0, "an Arrow file", ".csv", HOURGLASS_PANDAS("pandas.read_feather")},
    Format{"FEA1"sv, 0, "a Feather file", ".csv", HOURGLASS_PANDAS("pandas.read_feather")},
    Format{"\x89HDF\r\n\x1a\n"sv, 0, "an HDF5 file", ".npy", kHdf5},
    Format{"RDX2\n"sv, 0, "a file of saved R objects", ".csv", kSavedR},
    Format{"RDX3\n"sv, 0, "a file of saved R objects", ".csv", kSavedR},
    Format{"X\n\0\0\0"sv, 0, "an R object (rds)", ".csv",
           "Rscript -e 'a <- commandArgs(TRUE); write.csv(readRDS(a[1]), a[2], row.names=FALSE)' {0} {1}"},
    Format{"<stata_dta>"sv, 0, "a Stata file", ".csv", HOURGLASS_PANDAS("pandas.read_stata")},
    Format{"$FL2"sv, 0, "an SPSS file", ".csv", HOURGLASS_PANDAS("pandas.read_spss")},
    Format{"MATLAB 5.0"sv, 0, "a MATLAB file", ".npy", kMatlab},
    Format{"SQLite format 3\0"sv, 0, "an SQLite database", ".csv", kSqlite},
    Format{"WEBP"sv, 8, "a WebP image", ".png", kToPng},
    Format{"ftypavif"sv, 4, "an AVIF image", ".png", kToPng},
    Format{"ftyphei"sv, 4, "a HEIF image", ".png", kToPng},
    Format{"GIF87a"sv, 0, "a GIF image", ".png", "convert {0}'[0]' {1}"},
    Format{"GIF89a"sv, 0, "a GIF image", ".png", "convert {0}'[0]' {1}"},
    Format{"II*\0"sv, 0, "a TIFF image", ".png", kToPng},
    Format{"MM\0*"sv, 0, "a TIFF image", ".png", kToPng},
    Format{"\xfd"
           "7zXZ\0"sv,
           0, "a file packed by xz", ".csv", "xz -dc {0} > {1}"},
    Format{"BZh"sv, 0, "a file packed by bzip2", ".csv", "bzip2 -dc {0} > {1}"},
    Format{"7z\xbc\xaf"sv, 0, "a 7-Zip archive", ".csv", "7z e -so {0} > {1}"},
    Format{"\x04\"M\x18"sv, 0, "a file packed by lz4", ".csv", "lz4 -dc {0} > {1}"},
    Format{"ustar"sv, 257, "a tar archive", "", "tar -xf {0}"},
    Format{"%PDF-"sv, 0, "a PDF document", ".txt", "pdftotext -layout {0} {1}"},
    Format{"version https://git-lfs"sv, 0, "a pointer of Git LFS, not the file itself", "",
           "git lfs pull --include={0}"},
};
#undef HOURGLASS_PANDAS

bool is_binary(std::string_view start) {
  return std::ranges::any_of(start, [](unsigned char c) { return c < ' ' && c != '\n' && c != '\r' && c != '\t'; });
}

/// The first of several entries of a zip archive tells what it contains; archives of arrays have only .npy files.
std::optional<Format> zip_format(std::string_view start) {
  constexpr size_t kNameLengthAt = 26, kNameAt = 30;
  if (!start.starts_with("PK\x03\x04") || start.size() < kNameAt) return std::nullopt;
  const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(start[i])); };
  const std::string_view name = start.substr(kNameAt, byte(kNameLengthAt) + 256 * byte(kNameLengthAt + 1));
  const bool is_office = name == "[Content_Types].xml" || name.starts_with("_rels/") || name.starts_with("docProps/");
  if (is_office || name.starts_with("xl/")) return Format{"", 0, "an Excel workbook", ".csv", kExcel};
  if (name == "mimetype") return Format{"", 0, "an OpenDocument file", ".csv", kExcel};
  const std::string lower = lower_case(name);
  for (const auto ending : {".csv", ".tsv", ".txt", ".data"})
    if (lower.ends_with(ending)) return Format{"", 0, "a zip archive with a table in it", ".csv", "unzip -p {0} > {1}"};
  for (const auto ending : {".png", ".jpg", ".jpeg", ".json", ".xlsx", ".pkl", ".pt", "/", ".gz", ".parquet"})
    if (lower.ends_with(ending)) return Format{"", 0, "a zip archive", "", "unzip {0}"};
  return std::nullopt;
}

/// Formats of text, by their first characters.
std::optional<Format> text_format(std::string_view start) {
  start.remove_prefix(start.starts_with("\xef\xbb\xbf") ? 3 : 0);
  const size_t first = start.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || is_binary(start)) return std::nullopt;
  start.remove_prefix(first);
  const size_t second = start.find_first_not_of(" \t\r\n", 1);
  const char next = second == std::string_view::npos ? '\0' : start[second];
  if (start[0] == '{' && (next == '"' || next == '}')) {
    const std::string_view line = start.substr(0, start.find('\n'));
    const bool has_lines =
        line.size() < start.size() && line.substr(0, line.find_last_not_of(" \r") + 1).ends_with('}');
    return has_lines ? Format{"", 0, "lines of JSON", ".csv", kJsonLines} : Format{"", 0, "JSON", ".csv", kJson};
  }
  if (start[0] == '[' && (next == '{' || next == '[')) return Format{"", 0, "JSON", ".csv", kJson};
  const std::string lower = lower_case(start.substr(0, 4096));
  if (lower.starts_with("<!doctype html") || lower.starts_with("<html"))
    return Format{"", 0, "a web page (is it what a download gave in place of the file?)", ".csv",
                  "python3 -c 'import sys, pandas; pandas.read_html(sys.argv[1])[0].to_csv(sys.argv[2], index=False)' "
                  "{0} {1}"};
  if (lower.starts_with("<?xml"))
    return Format{"", 0, "an XML document", ".csv",
                  "python3 -c 'import sys, pandas; pandas.read_xml(sys.argv[1]).to_csv(sys.argv[2], index=False)' {0} "
                  "{1}"};
  if (lower.starts_with("@relation") || (lower[0] == '%' && lower.find("\n@relation") != std::string::npos))
    return Format{"", 0, "an ARFF file", ".csv", kArff};
  return std::nullopt;
}

std::optional<Format> binary_format(std::string_view start) {
  if (!is_binary(start)) return std::nullopt;
  if (start.starts_with("BM")) return Format{"", 0, "a BMP image", ".png", kToPng};
  const bool is_pickle = start.size() > 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
  if (!is_pickle) return std::nullopt;
  return Format{"", 0, "a pickle of Python (it can run any program: open only what you trust)", ".csv",
                "python3 -c 'import sys, pandas; pandas.DataFrame(pandas.read_pickle(sys.argv[1])).to_csv(sys.argv[2], "
                "index=False)' {0} {1}"};
}

std::optional<Format> format_of(std::string_view start) {
  constexpr size_t kWord = 4;  // a text may begin with these letters
  for (const Format& format : kFormats)
    if (start.size() >= format.at && start.substr(format.at).starts_with(format.magic) &&
        (format.magic.size() > kWord || is_binary(start)))
      return format;
  for (const auto find : {zip_format, binary_format, text_format})
    if (const auto format = find(start)) return format;
  return std::nullopt;
}

}  // namespace

std::string foreign_format_message(std::string_view start, const std::string& file) {
  const auto format = format_of(start);
  if (!format) return "";
  std::string target = std::filesystem::path(file).stem().string();
  if (!target.ends_with(format->ending)) target += format->ending;
  return fmt::format("{}: {}, which Hourglass does not read; convert it: {}", file, format->name,
                     fmt::format(fmt::runtime(format->command), shell_path(file), shell_path(target)));
}

}  // namespace hourglass
