# Stands in for versionCheckHook: the program prints the version of the package.
for program in $out/bin/*; do
  case $($program --version) in
    *$version*) ;;
    *) echo "$program does not print $version" && exit 1 ;;
  esac
done
