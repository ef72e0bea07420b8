# The shipped playbooks are inside the program.
file(GLOB shipped CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/playbooks/*.yaml)
target_compile_definitions(${floor} PRIVATE GENBA_PLAYBOOKS_DIR="${CMAKE_SOURCE_DIR}/playbooks")
set_source_files_properties(${room}/playbook.c PROPERTIES OBJECT_DEPENDS "${shipped}")
