@rem A prompt does not wait for a program without a console; a script does.
@"%~dp0POS Pairing.exe" %*
@exit /b %ERRORLEVEL%
