# cmake -D COMPILER= -D ID= -D INCLUDE= -P preprocessed_lines.cmake: what everybody pays who includes
# <wengert/wengert.hpp>. The limit is a number of lines of one compiler's standard library.
cmake_minimum_required(VERSION 3.25)
set(limit 55000)

if(NOT ID MATCHES "^GNU 12\\.")
  message("skipped: the limit holds for g++ 12, and this is ${ID}")
  return()
endif()
execute_process(
  COMMAND "${COMPILER}" -std=c++20 -E "-I${INCLUDE}" -include wengert/wengert.hpp -x c++ /dev/null
  OUTPUT_VARIABLE text
  COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "\n" lines "${text}")
list(LENGTH lines count)
message("<wengert/wengert.hpp> has ${count} preprocessed lines, of at most ${limit}")
if(count GREATER limit)
  message(FATAL_ERROR "too many: find the dear include with ${COMPILER} -H")
endif()
