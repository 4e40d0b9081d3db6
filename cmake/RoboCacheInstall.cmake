# An export file each, so that who asks for the component `headers` needs no CUDA toolkit, and no
# tinyxml2 who asks not for `urdf`.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/RoboCache)

install(
  DIRECTORY include/robocache
  DESTINATION include
  FILES_MATCHING
  REGEX "\\.(hpp|cuh)$")
install(TARGETS robocache_headers EXPORT RoboCacheHeaders)
install(TARGETS robocache_library EXPORT RoboCacheLibrary)
set(parts Headers Library)
if(ROBOCACHE_HAS_URDF)
  install(TARGETS robocache_urdf EXPORT RoboCacheUrdf)
  list(APPEND parts Urdf)
endif()
foreach(part IN LISTS parts)
  install(
    EXPORT RoboCache${part}
    NAMESPACE RoboCache::
    DESTINATION ${package_dir})
endforeach()

configure_package_config_file(cmake/RoboCacheConfig.cmake.in RoboCacheConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
if(NOT ROBOCACHE_HAS_CUDA)
  set(any_architecture ARCH_INDEPENDENT)
endif()
write_basic_package_version_file(RoboCacheConfigVersion.cmake COMPATIBILITY SameMinorVersion
                                 ${any_architecture})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/RoboCacheConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/RoboCacheConfigVersion.cmake DESTINATION ${package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
