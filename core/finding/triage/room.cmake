# Checksums of event logs; zips of collectors (which nettle unlocks: core/finding/mail links it); ESE databases; virtual disks, encrypted volumes and shadow copies; what journals compress;
# file systems. libtsk is linked as an archive without its readers of image files, which would bring along half of the network: images
# come to it through a layer of ours.
set(tsk ${CMAKE_CURRENT_BINARY_DIR}/made/libtsk.a)
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/made)
if(NOT EXISTS ${tsk} OR ${TSK_ARCHIVE} IS_NEWER_THAN ${tsk})
  file(COPY_FILE ${TSK_ARCHIVE} ${tsk})
  execute_process(COMMAND ${CMAKE_AR} dD ${tsk} img_open.o ewf.o aff.o vmdk.o vhd.o COMMAND_ERROR_IS_FATAL ANY)
endif()
add_library(genba_tsk STATIC IMPORTED GLOBAL) # with what it needs itself, which linkers want behind it
set_target_properties(genba_tsk PROPERTIES IMPORTED_LOCATION ${tsk} INTERFACE_LINK_LIBRARIES "PkgConfig::ZLIB;stdc++;m")

# Each of libyal's libraries brings its own version of their common parts, under the same names: together in one program the first would
# serve all of them, libewf included. So each becomes one object in which only its own names are seen; libbfio, by which they read, is
# linked once (libvhdi has a copy of it within, which is left out), under names that libewf does not take for those of its own
# (parse/yal.h).
set(yal_archives)
foreach(name esedb vmdk vhdi vshadow bde bfio)
  find_library(YAL_${name} NAMES lib${name}.a REQUIRED)
  set(yal ${CMAKE_CURRENT_BINARY_DIR}/made/lib${name})
  if(NOT EXISTS ${yal}.a OR ${YAL_${name}} IS_NEWER_THAN ${yal}.a OR ${CMAKE_CURRENT_LIST_FILE} IS_NEWER_THAN ${yal}.a)
    file(COPY_FILE ${YAL_${name}} ${yal}_whole.a)
    if(name STREQUAL vhdi)
      execute_process(COMMAND sh -c "${CMAKE_AR} t ${yal}_whole.a | grep '^libbfio_' | xargs ${CMAKE_AR} dD ${yal}_whole.a"
        COMMAND_ERROR_IS_FATAL ANY)
    endif()
    execute_process(COMMAND ${CMAKE_LINKER} -r -o ${yal}.o --whole-archive ${yal}_whole.a COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${CMAKE_OBJCOPY} --wildcard "--keep-global-symbol=lib${name}_*" ${yal}.o COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND sh -c "${CMAKE_NM} -g ${yal}.o | sed -n 's/^.* \\(libbfio_\\([a-z0-9_]*\\)\\)$/\\1 genba_bfio_\\2/p' | sed 's/ genba_bfio_handle_read_buffer_at_offset$/ yal_read_at/' >${yal}.names"
      COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${CMAKE_OBJCOPY} --redefine-syms=${yal}.names ${yal}.o COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE ${yal}.a ${yal}_whole.a)
    execute_process(COMMAND ${CMAKE_AR} qcD ${yal}.a ${yal}.o COMMAND_ERROR_IS_FATAL ANY)
  endif()
  list(APPEND yal_archives ${yal}.a)
endforeach()
add_library(genba_yal INTERFACE)
target_link_libraries(genba_yal INTERFACE ${yal_archives} PkgConfig::ZLIB)
target_link_libraries(${floor} PUBLIC genba_tsk genba_yal PkgConfig::DEFLATE PkgConfig::ZLIB PkgConfig::EWF PkgConfig::ZSTD
  PkgConfig::LZMA PkgConfig::CRYPTO m)
