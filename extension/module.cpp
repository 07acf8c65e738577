#include "extension/guard.h"
#include "extension/settings.h"

extern "C" {
PG_MODULE_MAGIC;  // NOLINT
PGDLLEXPORT void _PG_init();
}

void _PG_init() {
    efm::guard::enter([] { efm::define_settings(); });
}
