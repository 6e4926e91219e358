# What find_package(wengert) finds. The targets of nn_io are a file of their own, read only where zlib and
# libcsv are there too.
include(CMakePackageConfigHelpers)
set(folder "${CMAKE_INSTALL_LIBDIR}/cmake/wengert")

install(DIRECTORY autodiff/include/ TYPE INCLUDE FILES_MATCHING PATTERN "*.hpp")
install(TARGETS wengert_autodiff EXPORT wengert-targets)
if(TARGET wengert_nn)
  install(DIRECTORY nn/include/ TYPE INCLUDE FILES_MATCHING PATTERN "*.hpp")
  install(TARGETS wengert_nn EXPORT wengert-targets)
endif()
install(EXPORT wengert-targets NAMESPACE wengert:: DESTINATION "${folder}")
if(TARGET wengert_nn_io)
  install(TARGETS wengert_nn_io EXPORT wengert-nn_io-targets)
  install(EXPORT wengert-nn_io-targets NAMESPACE wengert:: DESTINATION "${folder}")
  install(FILES cmake/FindLibCSV.cmake DESTINATION "${folder}")
endif()
if(TARGET wengert)
  install(TARGETS wengert)
endif()

configure_package_config_file(cmake/wengert-config.cmake.in wengert-config.cmake INSTALL_DESTINATION "${folder}")
write_basic_package_version_file(wengert-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/wengert-config.cmake" "${PROJECT_BINARY_DIR}/wengert-config-version.cmake"
        DESTINATION "${folder}")
install(FILES LICENSE TYPE DOC)
