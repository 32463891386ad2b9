# cmake --install build/release --prefix /usr/local: programs, cluster files, manual pages, shell completion.
include(GNUInstallDirs)

foreach(program belvedere belvedere-feed)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
install(DIRECTORY assets/ DESTINATION ${CMAKE_INSTALL_DATADIR}/belvedere/assets PATTERN completion EXCLUDE)
install(FILES docs/man/belvedere.1 docs/man/belvedere-feed.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
foreach(program belvedere belvedere-feed)
  install(FILES assets/completion/${program}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    RENAME ${program})
endforeach()
