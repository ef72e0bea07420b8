# Gzip is unpacked by ISA-L, which keeps up with the engine; archives by libarchive (core/finding/mail links it).
target_link_libraries(${floor} PUBLIC PkgConfig::ISAL PkgConfig::ZSTD)
