# What holds the shape: floors, headers that stand alone, the size of <wengert/wengert.hpp>, and documents that
# show code, output and commands as they are.
set(autodiff_include "${PROJECT_SOURCE_DIR}/autodiff/include")

add_test(NAME shape.floors COMMAND ${CMAKE_COMMAND} -D ROOT=${PROJECT_SOURCE_DIR} -P
                                   "${CMAKE_CURRENT_SOURCE_DIR}/support/floors.cmake")

add_test(NAME shape.preprocessed_lines
         COMMAND ${CMAKE_COMMAND} -D COMPILER=${CMAKE_CXX_COMPILER} -D INCLUDE=${autodiff_include}
                 -D "ID=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}" -P
                 "${CMAKE_CURRENT_SOURCE_DIR}/support/preprocessed_lines.cmake")
set_tests_properties(shape.preprocessed_lines PROPERTIES SKIP_REGULAR_EXPRESSION "skipped:")
set_tests_properties(shape.floors shape.preprocessed_lines PROPERTIES LABELS shape)

if(TARGET example_readme)
  add_test(NAME shape.documents COMMAND ${CMAKE_COMMAND} -D ROOT=${PROJECT_SOURCE_DIR} -D
                                        EXAMPLES=$<TARGET_FILE_DIR:example_readme> -P
                                        "${CMAKE_CURRENT_SOURCE_DIR}/support/documents.cmake")
  set_tests_properties(shape.documents PROPERTIES LABELS shape)
endif()
if(TARGET wengert)
  file(GLOB documents CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/docs/*.md")
  add_test(NAME shape.commands COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/support/commands.sh" $<TARGET_FILE_DIR:wengert>
                                       "${PROJECT_SOURCE_DIR}/README.md" ${documents})
  add_test(NAME shape.commands_refused COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/support/commands_test.sh")
  set_tests_properties(shape.commands shape.commands_refused PROPERTIES LABELS shape)
endif()

# Every public header, alone and twice, as a source of its own: that this target compiles is the test.
add_library(headers_alone OBJECT)
wengert_target(headers_alone)
target_link_libraries(headers_alone PRIVATE wengert::autodiff $<TARGET_NAME_IF_EXISTS:wengert::nn>
                                            $<TARGET_NAME_IF_EXISTS:wengert::nn_io> Eigen3::Eigen)
foreach(root "${autodiff_include}" "${PROJECT_SOURCE_DIR}/nn/include")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${root}" "${root}/*.hpp")
  foreach(header IN LISTS headers)
    set(source "${CMAKE_CURRENT_BINARY_DIR}/headers_alone/${header}.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "#include <${header}>\n#include <${header}>  // NOLINT\n")
    target_sources(headers_alone PRIVATE "${source}")
  endforeach()
endforeach()
