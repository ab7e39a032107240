# Writes the shipped recipes into a source file, so that the one program carries them.
# Usage: cmake -DRECIPES=<folder> -DOUTPUT=<file.cpp> -P embed_recipes.cmake
file(GLOB names RELATIVE ${RECIPES} ${RECIPES}/*.toml)
list(TRANSFORM names REPLACE "\\.toml$" "")
list(SORT names)
set(rows "")
foreach(name ${names})
  file(READ ${RECIPES}/${name}.toml text)
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
