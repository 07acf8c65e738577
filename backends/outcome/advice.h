#pragma once

#include <string>

#include "backends/outcome/outcome_table.h"

namespace efm {

/// What a failure's hint is about. Says nothing that is not known for sure.
enum class Advice {
    none,
    check_program,     ///< the setting that names the program that was started
    check_efm_path,    ///< efm.command_path, when it is sudo that did not find it
    check_sudo_user,   ///< efm.sudo_user, with the line for sudoers
    allow_in_sudoers,  ///< the line for sudoers that allows this very command
    allow_new_privileges,
    set_java_home,
    start_agent,
    join_group,
    answer_by_hand,  ///< for a refused question
    raise_timeout,
    raise_max_output
};

/// Whether a question is about the virtual IP address.
bool is_about_vip(const std::string& question);

/// Why a question was answered with no: one sentence.
std::string why_answered_no(const std::string& question);

std::string advice_text(Advice advice, const Command& command, const CommandResult& result,
                        const OutcomeContext& context);

}  // namespace efm
