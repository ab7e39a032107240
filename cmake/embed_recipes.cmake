# Writes the shipped recipes into a source file, so that the library carries them.
# Usage: cmake -DFOLDER=<folder> -DNAMES=<name,name,…> -DOUTPUT=<file.cpp> -P embed_recipes.cmake
string(REPLACE "," ";" names "${NAMES}")
set(rows "")
foreach(name ${names})
  file(READ ${FOLDER}/${name}.toml text)
  string(APPEND rows "    {\"${name}\", R\"recipe(${text})recipe\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"hourglass/app/shipped.h\"

namespace hourglass {

const std::map<std::string, std::string>& shipped_recipes() {
  static const std::map<std::string, std::string> all = {
${rows}  };
  return all;
}

}  // namespace hourglass
")
