# Compiles through ccache where there is one, unless another launcher is set (empty counts).
if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(WENGERT_CCACHE ccache)
  if(WENGERT_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${WENGERT_CCACHE}")
  endif()
endif()
