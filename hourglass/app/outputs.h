#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hourglass/app/open.h"

// Where results may be written: never over a file that the same command reads.

namespace hourglass {

using Files = std::vector<std::filesystem::path>;

/// The files that open_model reads for a name; none if there is no such model.
Files files_of_model(const std::string& name_or_path);

/// The files of models and of the data that the first of them, `first`, is used on.
Files files_of(const std::vector<std::string>& models, const TrainedModel& first, const DataRequest& data);

/// Throws Error, naming both, if an output is a file that is read: the same device and inode, so that a symbolic link,
/// a hard link or another spelling of the path is recognised. An output that does not exist yet is none.
void refuse_overwriting(const Files& outputs, const Files& read);

/// Throws Error if the ending of `path` is not one of `endings`, e.g. {".npy", ".csv"}, if its folder does not exist,
/// or as refuse_overwriting does.
void check_output(const std::string& path, const std::vector<std::string>& endings, const Files& read);

/// The same for what models make of data, `first` being the first of them. Throws Error if columns of the data are to
/// be kept in a file that has no columns.
void check_output(const std::string& path, const std::vector<std::string>& endings,
                  const std::vector<std::string>& models, const TrainedModel& first, const DataRequest& data);

}  // namespace hourglass
