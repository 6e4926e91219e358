# Three ways to use wengert from another project (tests/package), each configured, built and run.
if(NOT WENGERT_INSTALL)
  return()
endif()
set(work "${CMAKE_CURRENT_BINARY_DIR}/package")
set(prefix "${work}/prefix")

add_test(NAME package.clean COMMAND ${CMAKE_COMMAND} -E rm -rf "${work}")
add_test(NAME package.install COMMAND ${CMAKE_COMMAND} --install "${PROJECT_BINARY_DIR}" --prefix "${prefix}")
set_tests_properties(package.clean PROPERTIES FIXTURES_SETUP package_clean LABELS package)
set_tests_properties(package.install PROPERTIES FIXTURES_REQUIRED package_clean FIXTURES_SETUP package_prefix
                                                LABELS package)
foreach(way find_package add_subdirectory fetch_content)
  add_test(
    NAME package.${way}
    COMMAND
      ${CMAKE_CTEST_COMMAND} --build-and-test "${CMAKE_CURRENT_SOURCE_DIR}/package" "${work}/${way}"
      --build-generator ${CMAKE_GENERATOR} --build-target consumer --build-options -D WAY=${way} -D
      WENGERT_SOURCE=${PROJECT_SOURCE_DIR} -D CMAKE_PREFIX_PATH=${prefix} -D
      CMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE} -D CMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -D
      "CMAKE_CXX_FLAGS=${CMAKE_CXX_FLAGS}" -D WENGERT_NN_IO=$<TARGET_EXISTS:wengert_nn_io> --test-command
      consumer)
  set_tests_properties(package.${way} PROPERTIES FIXTURES_REQUIRED "package_clean;package_prefix" LABELS
                                                 package)
endforeach()
