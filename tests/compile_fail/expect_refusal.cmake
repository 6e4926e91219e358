# cmake -D COMPILER= -D SOURCE= -D NO_SOURCE_LINES= -D INCLUDES= -P expect_refusal.cmake
cmake_minimum_required(VERSION 3.25)
file(STRINGS "${SOURCE}" first LIMIT_COUNT 1)
if(NOT first MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${SOURCE}: its first line must be `// expect: ` and what the compiler must say")
endif()
set(expected "${CMAKE_MATCH_1}")

list(TRANSFORM INCLUDES PREPEND -I)
execute_process(
  # The source's own lines are left out of the message: the text must come from a declaration.
  COMMAND "${COMPILER}" -std=c++20 -fsyntax-only ${NO_SOURCE_LINES} -fmessage-length=0 ${INCLUDES}
          "${SOURCE}"
  RESULT_VARIABLE result
  ERROR_VARIABLE said)
if(result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles, and should be refused with: ${expected}")
endif()
string(FIND "${said}" "${expected}" found)
if(found EQUAL -1)
  message(FATAL_ERROR "refused without the words: ${expected}\n${said}")
endif()
