# Checksums of event logs; zips of collectors; ESE databases; what journals compress; file systems. libtsk is linked as an archive without its readers of image files, which
# would bring along half of the network: images come to it through a layer of ours.
set(tsk ${CMAKE_CURRENT_BINARY_DIR}/made/libtsk.a)
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/made)
if(NOT EXISTS ${tsk} OR ${TSK_ARCHIVE} IS_NEWER_THAN ${tsk})
  file(COPY_FILE ${TSK_ARCHIVE} ${tsk})
  execute_process(COMMAND ${CMAKE_AR} dD ${tsk} img_open.o ewf.o aff.o vmdk.o vhd.o COMMAND_ERROR_IS_FATAL ANY)
endif()
add_library(genba_tsk STATIC IMPORTED GLOBAL) # with what it needs itself, which linkers want behind it
set_target_properties(genba_tsk PROPERTIES IMPORTED_LOCATION ${tsk} INTERFACE_LINK_LIBRARIES "PkgConfig::ZLIB;stdc++;m")
target_link_libraries(${floor} PUBLIC genba_tsk PkgConfig::DEFLATE PkgConfig::ZLIB PkgConfig::EWF PkgConfig::YAL PkgConfig::ZSTD PkgConfig::LZMA m)
