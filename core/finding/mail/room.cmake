# psl: which domains there can be; zlib: what zip files keep deflated; libarchive and lhasa: what other archives hold, in a
# cage. libarchive is linked as an archive of objects, so that what is not named (xar, and with it 31 MB of ICU) stays out.
find_library(LIBARCHIVE_STATIC NAMES libarchive.a REQUIRED)
pkg_check_modules(LHASA REQUIRED IMPORTED_TARGET liblhasa)
pkg_check_modules(LZMA REQUIRED IMPORTED_TARGET liblzma)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)
find_package(BZip2 REQUIRED)
add_library(genba_archive STATIC IMPORTED GLOBAL) # with what it needs itself, which linkers want behind it
set_target_properties(genba_archive PROPERTIES IMPORTED_LOCATION ${LIBARCHIVE_STATIC}
  INTERFACE_LINK_LIBRARIES "PkgConfig::ZLIB;PkgConfig::ZSTD;PkgConfig::LZMA;PkgConfig::NETTLE;BZip2::BZip2")
target_link_libraries(${floor} PUBLIC genba_archive PkgConfig::PSL PkgConfig::ZLIB PkgConfig::LHASA)
