; Electron 45 needs Windows 10, 64 bit (x64 or arm64); on anything older the app would not start.
!include WinVer.nsh
!include x64.nsh

!macro customInit
  ${IfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "POS Pairing needs Windows 10 or later." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  ${IfNot} ${RunningX64}
    ${IfNot} ${IsNativeARM64}
      MessageBox MB_OK|MB_ICONSTOP "POS Pairing needs 64-bit Windows (x64 or arm64)." /SD IDOK
      SetErrorLevel 2
      Quit
    ${EndIf}
  ${EndIf}
!macroend
