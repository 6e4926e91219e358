# Writes problems.hpp into the binary folder: the list bench::Problems and the id of each, from the names of the
# files in problems/. A file there is a problem unless it is named here.
block(SCOPE_FOR VARIABLES)
  set(no_problems dots uniform)

  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/problems/*.hpp")
  set(includes)
  set(ids)
  set(types)
  foreach(header IN LISTS headers)
    cmake_path(GET header STEM id)
    if(id IN_LIST no_problems)
      continue()
    endif()
    string(APPEND includes "#include \"problems/${id}.hpp\"\n")
    string(APPEND ids "template <> inline constexpr std::string_view id_of<problems::${id}::Problem> = \"${id}\";\n")
    list(APPEND types "problems::${id}::Problem")
  endforeach()
  list(JOIN types ",\n                      " types)
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/problems.hpp" CONTENT
     "// Every problem of the benchmark. Written by CMake from the names of their files.
#pragma once

#include \"problem.hpp\"
${includes}
namespace bench {

${ids}
using Problems = List<${types}>;

}  // namespace bench
" @ONLY)
endblock()
