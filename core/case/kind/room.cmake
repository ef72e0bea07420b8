# What the shipped playbooks call themselves, their steps and phases, in both languages: stored_words.c translates by it.
file(GLOB playbooks CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/playbooks/*.yaml)
add_custom_command(OUTPUT ${rows}/playbook_words.def
  COMMAND sh ${CMAKE_SOURCE_DIR}/cmake/playbook_words.sh ${rows}/playbook_words.def ${playbooks}
  DEPENDS ${playbooks} ${CMAKE_SOURCE_DIR}/cmake/playbook_words.sh VERBATIM)
add_custom_target(genba_playbook_words DEPENDS ${rows}/playbook_words.def)
add_dependencies(${floor} genba_playbook_words)
