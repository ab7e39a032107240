# Writes the shipped recipes into a source file, so that the one program carries them.
# Usage: cmake -DRECIPES=<folder> -DOUTPUT=<file.cpp> -P embed_recipes.cmake
file(GLOB files ${RECIPES}/*.toml)
list(SORT files)
set(rows "")
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND rows "    {\"${name}\", R\"recipe(${text})recipe\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"cli/shipped_recipes.h\"

namespace hourglass::cli {

const std::vector<ShippedRecipe>& shipped_recipes() {
  static const std::vector<ShippedRecipe> all = {
${rows}  };
  return all;
}

}  // namespace hourglass::cli
")
