# psl: which domains there can be; zlib: what zip files keep deflated.
target_link_libraries(${floor} PUBLIC PkgConfig::PSL PkgConfig::ZLIB)
