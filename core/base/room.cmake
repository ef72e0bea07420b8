target_link_libraries(${floor} PUBLIC m) # the estimate of a passphrase
