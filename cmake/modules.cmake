# hourglass_add_module(NAME [COLD] [SEPARATE] [DEPENDS module…] [LINK target…] [SOURCES file…] [EXCLUDE regex])
# Adds hourglass/NAME as the object library hourglass_NAME and puts its objects into hourglass_lib. DEPENDS names the
# modules it uses, LINK the third-party libraries that this module alone compiles against, SOURCES generated files,
# EXCLUDE files that this configuration leaves out. COLD modules hold no loop whose time counts: -O1 compiles faster.
# The files of a module are compiled together unless HOURGLASS_COMBINE_FILES is off or the module is SEPARATE: its files
# have the same private names, or include themselves.
function(hourglass_add_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "COLD;SEPARATE" "EXCLUDE" "DEPENDS;LINK;SOURCES")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/hourglass/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  if(arg_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX ${arg_EXCLUDE})
  endif()
  set(module hourglass_${name})
  add_library(${module} OBJECT ${sources} ${arg_SOURCES})
  set_target_properties(${module} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(HOURGLASS_COMBINE_FILES AND NOT arg_SEPARATE)
    set_target_properties(${module} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  endif()
  target_include_directories(${module} PUBLIC ${PROJECT_SOURCE_DIR})
  if(HOURGLASS_SANITIZE_LIBRARY)
    target_compile_options(${module} PRIVATE -O1 -g1 ${HOURGLASS_SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  endif()
  list(TRANSFORM arg_DEPENDS PREPEND hourglass_)
  target_link_libraries(${module} PUBLIC fmt::fmt ${arg_DEPENDS} PRIVATE ${arg_LINK})
  if(arg_COLD)
    hourglass_compile_fast(${module})
    hourglass_precompile_headers(${module} hourglass_cold_headers)
  else()
    hourglass_precompile_headers(${module} hourglass_headers)
  endif()
  target_sources(hourglass_lib PRIVATE $<TARGET_OBJECTS:${module}>)
  target_link_libraries(hourglass_lib PRIVATE ${arg_LINK})
endfunction()

# Compiles a target with -O1 in optimised builds.
function(hourglass_compile_fast target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-O1>)
endfunction()

# Precompiles the headers that most files include as the library `headers`, which serves all targets with the options of
# `target`. Reading them takes GCC longer than the rest of most files.
function(hourglass_precompile_headers target headers)
  # Without optimisation, GCC refuses intrinsics that follow a precompiled header.
  if(NOT CMAKE_BUILD_TYPE MATCHES "^Rel" AND NOT CMAKE_CXX_FLAGS MATCHES "-O[123]")
    return()
  endif()
  if(NOT TARGET ${headers})
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/empty.cpp CONTENT "")
    add_library(${headers} OBJECT ${PROJECT_BINARY_DIR}/empty.cpp)
    get_target_property(options ${target} COMPILE_OPTIONS)
    set_target_properties(${headers} PROPERTIES POSITION_INDEPENDENT_CODE ON COMPILE_OPTIONS "${options}")
    target_link_libraries(${headers} PRIVATE fmt::fmt)
    target_precompile_headers(${headers} PRIVATE <algorithm> <cmath> <cstdint> <filesystem> <functional> <map> <memory>
      <optional> <span> <string> <string_view> <utility> <variant> <vector> <fmt/format.h>)
  endif()
  target_precompile_headers(${target} REUSE_FROM ${headers})
endfunction()

# hourglass_auto_option(NAME default description): ON, OFF, or AUTO, which stands for `default` in every configuration
# until the user chooses. Sets build_NAME.
macro(hourglass_auto_option name default description)
  set(HOURGLASS_${name} AUTO CACHE STRING "${description}: ON, OFF or AUTO (where what it needs is installed)")
  set(build_${name} ${HOURGLASS_${name}})
  if(build_${name} STREQUAL AUTO)
    set(build_${name} ${default})
  endif()
endmacro()
