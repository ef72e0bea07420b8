# Between installing into CPack's folder and packing it: what Debian's policy asks for. Manuals and the change log are
# compressed without names and times.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr)
set(doc ${root}/share/doc/genba)
file(MAKE_DIRECTORY ${doc})
configure_file(${CMAKE_CURRENT_LIST_DIR}/copyright ${doc}/copyright COPYONLY)
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
else()
  set(date "Thu, 01 Jan 1970 00:00:00 +0000")
endif()
file(WRITE ${doc}/changelog
"genba (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * See the history of the repository.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
file(GLOB_RECURSE pages ${root}/share/man/*.[1-9]) # of every language
execute_process(COMMAND gzip -9nf ${doc}/changelog ${pages} COMMAND_ERROR_IS_FATAL ANY)
file(CREATE_LINK genba.1.gz ${root}/share/man/man1/git-remote-genba.1.gz SYMBOLIC)
file(CREATE_LINK genba.1.gz ${root}/share/man/man1/genba-open-device.1.gz SYMBOLIC)
file(GLOB_RECURSE files LIST_DIRECTORIES true ${root}/share/*)
list(APPEND files ${root} ${root}/bin ${root}/share) # whatever the builder's umask
foreach(file ${files})
  if(IS_SYMLINK ${file})
    continue()
  endif()
  if(IS_DIRECTORY ${file})
    file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  else()
    file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  endif()
endforeach()
