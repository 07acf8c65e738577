#pragma once

namespace efm {

/// Has the answer in the cache put into the history, by a worker of its own that is gone in a moment: where
/// efm.bgw_persist_history is on and this server is a primary. Does not wait for it. What keeps it from that
/// is logged once for each change and told by efm_worker_status(). For the background worker's loop.
void start_history_writer();

}  // namespace efm
