target_link_libraries(${floor} PUBLIC PkgConfig::PSL)
