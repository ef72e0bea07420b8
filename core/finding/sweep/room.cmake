# Gzip is unpacked by ISA-L, which keeps up with the engine.
target_link_libraries(${floor} PUBLIC PkgConfig::ISAL PkgConfig::ZSTD)
