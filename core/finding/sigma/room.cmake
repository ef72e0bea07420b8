# Regular expressions of rules.
target_link_libraries(${floor} PUBLIC PkgConfig::PCRE2)
