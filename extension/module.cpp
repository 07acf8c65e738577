#include "extension/guard.h"
#include "extension/settings.h"
#include "extension/shared_state.h"
#include "extension/worker.h"

extern "C" {
PG_MODULE_MAGIC;  // NOLINT
PGDLLEXPORT void _PG_init();
}

void _PG_init() {
    efm::guard::enter([] {
        efm::define_settings();
        efm::request_shared_state();
        efm::register_worker();
    });
}
