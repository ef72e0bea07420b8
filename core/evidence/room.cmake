# An image says by which version it was made.
target_compile_definitions(${floor} PRIVATE GENBA_VERSION="${PROJECT_VERSION}")
