// The version, for programs that must serve several. CMake reads its numbers from here.
#pragma once

#define WENGERT_VERSION_MAJOR 0
#define WENGERT_VERSION_MINOR 1
#define WENGERT_VERSION_PATCH 0

#define WENGERT_DETAIL_TEXT_OF(number) #number
#define WENGERT_DETAIL_TEXT(macro) WENGERT_DETAIL_TEXT_OF(macro)

/// The three numbers as text, such as "1.2.3".
#define WENGERT_VERSION_STRING                 \
    WENGERT_DETAIL_TEXT(WENGERT_VERSION_MAJOR) \
    "." WENGERT_DETAIL_TEXT(WENGERT_VERSION_MINOR) "." WENGERT_DETAIL_TEXT(WENGERT_VERSION_PATCH)
