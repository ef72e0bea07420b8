# Checksums of event logs.
target_link_libraries(${floor} PUBLIC PkgConfig::DEFLATE)
