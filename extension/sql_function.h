#pragma once

#include "extension/guard.h"

/// Begins the definition of a function that SQL can call: exported, although all else in the module is
/// hidden.
#define EFM_SQL_FUNCTION(name)                \
    extern "C" {                              \
    PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
    PG_FUNCTION_INFO_V1(name); /* NOLINT */   \
    }                                         \
    Datum name([[maybe_unused]] PG_FUNCTION_ARGS)
