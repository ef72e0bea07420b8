# Gzip is unpacked by ISA-L, which keeps up with the engine; archives by libarchive,
# xz by liblzma, bzip2 by libbz2 (core/finding/mail links the three).
target_link_libraries(${floor} PUBLIC PkgConfig::ISAL PkgConfig::ZSTD)
