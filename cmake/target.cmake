# What every target of the project shares.
function(wengert_target target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(
    ${target}
    PRIVATE -Wall
            -Wextra
            -Wpedantic
            -Wconversion
            -Wsign-conversion
            -Wshadow
            -Wnon-virtual-dtor
            -Wold-style-cast
            -Wcast-qual
            -Wformat=2
            # g++ 12 sees overlaps in "text" + std::string that are not there: GCC bug 105651, closed in 13.
            $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
            $<$<BOOL:${WENGERT_WERROR}>:-Werror>
            $<$<BOOL:${WENGERT_EQUAL_BITS}>:-ffp-contract=off>)
endfunction()

# A static library wengert::<name> with a folder of public headers; the rest of the arguments are its sources.
function(wengert_library name include)
  set(target wengert_${name})
  add_library(${target} STATIC ${ARGN})
  add_library(wengert::${name} ALIAS ${target})
  wengert_target(${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${include}>"
                                              "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
endfunction()
