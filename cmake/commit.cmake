# Writes OUT, a header that says which commit is built, and touches it only when that changes. Nothing but the commit
# goes in (no time, no machine), so that two builds of one commit are alike. Changed files make it "COMMIT+".
set(commit "")
if(EXISTS ${SOURCE}/.git)
  execute_process(COMMAND git rev-parse --short=12 HEAD WORKING_DIRECTORY ${SOURCE}
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    set(commit "")
  else()
    execute_process(COMMAND git --no-optional-locks status --porcelain --untracked-files=no WORKING_DIRECTORY ${SOURCE}
      OUTPUT_VARIABLE changed ERROR_QUIET)
    if(changed)
      set(commit "${commit}+")
    endif()
  endif()
endif()
set(text "#define GENBA_COMMIT \"${commit}\"\n")
set(old "")
if(EXISTS ${OUT})
  file(READ ${OUT} old)
endif()
if(NOT text STREQUAL old)
  file(WRITE ${OUT} "${text}")
endif()
